// SPDX-License-Identifier: Apache-2.0
#include "learning/strategies.hpp"
#include "learning/training.hpp"
#include "model/initialise.hpp"

namespace ltr::learning {
namespace {

class Crt : public Strategy {
 public:
  explicit Crt(const StrategyInputs& inputs) : inputs_(inputs) {
    const model::Classifier& stage_1 = *inputs.network->classifier;
    const torch::Tensor& weight = stage_1.fc->weight;
    classifier_ = std::make_shared<model::Classifier>(weight.size(1), weight.size(0));
    classifier_->to(weight.device());
    if (config::method_of(inputs.learning).takes_classifier(inputs.configuration.stage_2)) {
      model::load_state(*classifier_, model::state(stage_1), "stage 1");
    } else {
      model::initialise(*classifier_, inputs.seed);
    }
  }

  std::optional<train::TrainingSpec> training() override {
    return stage_2_training(inputs_, classifier_, logits_of(classifier_));
  }

  Outcome outcome(Features& /*features*/) override {
    const torch::Tensor weight = classifier_->fc->weight.detach();
    return {.logits = logits_of(classifier_),
            .weight = weight,
            .kept = {{"fc.weight", weight}, {"fc.bias", classifier_->fc->bias.detach()}}};
  }

 private:
  StrategyInputs inputs_;
  std::shared_ptr<model::Classifier> classifier_;
};

}  // namespace

std::unique_ptr<Strategy> make_crt(const StrategyInputs& inputs) { return std::make_unique<Crt>(inputs); }

}  // namespace ltr::learning
