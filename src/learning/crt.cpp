// SPDX-License-Identifier: Apache-2.0
#include "learning/head.hpp"
#include "model/initialise.hpp"

namespace ltr::learning {

Head make_crt(const config::Configuration& configuration, model::Classifier& stage_1, std::uint64_t seed) {
  const torch::Tensor& weight = stage_1.fc->weight;
  auto classifier = std::make_shared<model::Classifier>(weight.size(1), weight.size(0));
  model::initialise(*classifier, seed);
  return {
      .learning = config::LearningKind::crt,
      .trainee = stage_2_trainee(
          configuration, "crt", classifier,
          [classifier](const torch::Tensor& features) { return classifier->forward(features); },
          configuration.stage_1.weight_decay, configuration.stage_2.crt.epochs),
      .weight = [classifier] { return classifier->fc->weight.detach(); },
      .bias = [classifier] { return classifier->fc->bias.detach(); },
  };
}

}  // namespace ltr::learning
