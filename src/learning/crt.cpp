// SPDX-License-Identifier: Apache-2.0
#include "learning/cross_entropy.hpp"
#include "learning/head.hpp"
#include "model/initialise.hpp"

namespace ltr::learning {

Head make_crt(const config::Configuration& configuration, model::Classifier& stage_1, std::uint64_t seed) {
  const torch::Tensor& weight = stage_1.fc->weight;
  auto classifier = std::make_shared<model::Classifier>(weight.size(1), weight.size(0));
  model::initialise(*classifier, seed);
  const config::Stage1& stage_1_keys = configuration.stage_1;
  return {
      .learning = config::LearningKind::crt,
      .trainee = {.name = "crt",
                  .module = classifier,
                  .logits =
                      [classifier](const torch::Tensor& features) { return classifier->forward(features); },
                  .objective = make_objective(stage_1_keys.loss),
                  .sgd = {.momentum = stage_1_keys.momentum, .weight_decay = stage_1_keys.weight_decay},
                  .schedule = {.kind = stage_1_keys.schedule,
                               .learning_rate = configuration.stage_2.learning_rate,
                               .warmup_epochs = 0,
                               .epochs = configuration.stage_2.crt.epochs}},
      .weight = [classifier] { return classifier->fc->weight.detach(); },
      .bias = [classifier] { return classifier->fc->bias.detach(); },
  };
}

}  // namespace ltr::learning
