// SPDX-License-Identifier: Apache-2.0
#include "learning/strategies.hpp"
#include "learning/training.hpp"
#include "model/initialise.hpp"

namespace ltr::learning {
namespace {

class Finetune : public Strategy {
 public:
  explicit Finetune(const StrategyInputs& inputs) : inputs_(inputs) {
    const config::LearningMethod& method = config::method_of(inputs.learning);
    model::Network& network = *inputs.network;
    if (!method.takes_classifier(inputs.configuration.stage_2)) {
      model::initialise(*network.classifier, inputs.seed);
    }
    if (method.part == config::TrainedPart::last_block) {
      freeze_all_but_last_block(inputs.configuration, *network.backbone);
    }
  }

  std::optional<train::TrainingSpec> training() override {
    train::TrainingSpec training = stage_2_training(inputs_, inputs_.network, logits_of(inputs_.network));
    scale_backbone_rate(training.sgd, inputs_.configuration.stage_1);
    return training;
  }

  Outcome outcome(Features& /*features*/) override {
    return {.logits = logits_of(inputs_.network->classifier),
            .weight = inputs_.network->classifier->fc->weight.detach(),
            .kept = model::state(*inputs_.network)};
  }

 private:
  StrategyInputs inputs_;
};

}  // namespace

std::unique_ptr<Strategy> make_finetune(const StrategyInputs& inputs) {
  return std::make_unique<Finetune>(inputs);
}

}  // namespace ltr::learning
