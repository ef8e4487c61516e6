// SPDX-License-Identifier: Apache-2.0
#include "config/plan.hpp"
#include "learning/head.hpp"
#include "model/initialise.hpp"

namespace ltr::learning {
namespace {

/// Anew, or as stage 1 has left it.
void set_starting_values(model::Classifier& classifier, const config::Configuration& configuration,
                         config::LearningKind learning, const model::Classifier& stage_1,
                         std::uint64_t seed) {
  if (learning == config::LearningKind::crt || configuration.stage_2.finetune.new_classifier) {
    model::initialise(classifier, seed);
  } else {
    model::load_state(classifier, model::state(stage_1), "stage 1");
  }
}

}  // namespace

Head make_retrained(const config::Configuration& configuration, config::LearningKind learning,
                    const model::Classifier& stage_1, std::uint64_t seed) {
  const torch::Tensor& weight = stage_1.fc->weight;
  auto classifier = std::make_shared<model::Classifier>(weight.size(1), weight.size(0));
  classifier->to(weight.device());
  set_starting_values(*classifier, configuration, learning, stage_1, seed);
  return {
      .learning = learning,
      .trainee = stage_2_trainee(
          configuration, std::string(config::name_of(learning)), classifier,
          [classifier](const torch::Tensor& features) { return classifier->forward(features); },
          configuration.stage_1.weight_decay, config::stage_2_epochs(configuration.stage_2, learning)),
      .weight = [classifier] { return classifier->fc->weight.detach(); },
      .bias = [classifier] { return classifier->fc->bias.detach(); },
  };
}

}  // namespace ltr::learning
