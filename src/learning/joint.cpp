// SPDX-License-Identifier: Apache-2.0
#include "learning/strategies.hpp"
#include "learning/training.hpp"

namespace ltr::learning {
namespace {

class Joint : public Strategy {
 public:
  explicit Joint(const StrategyInputs& inputs) : classifier_(inputs.network->classifier) {}

  Outcome outcome(Features& /*features*/) override {
    return {.logits = logits_of(classifier_), .weight = classifier_->fc->weight.detach()};
  }

 private:
  std::shared_ptr<model::Classifier> classifier_;
};

}  // namespace

std::unique_ptr<Strategy> make_joint(const StrategyInputs& inputs) { return std::make_unique<Joint>(inputs); }

}  // namespace ltr::learning
