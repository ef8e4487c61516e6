// SPDX-License-Identifier: Apache-2.0
#include "learning/losses.hpp"

namespace ltr::learning {
namespace {

class BalancedSoftmax : public train::Loss {
 public:
  BalancedSoftmax(torch::Tensor offsets, double label_smoothing)
      : offsets_(std::move(offsets)), label_smoothing_(label_smoothing) {}

  torch::Tensor values(const torch::Tensor& logits, const torch::Tensor& labels) override {
    offsets_ = offsets_.to(logits.device());
    return cross_entropies(logits + offsets_, labels, label_smoothing_);
  }

 private:
  torch::Tensor offsets_;  ///< of each class's logit, [K]
  double label_smoothing_;
};

}  // namespace

std::shared_ptr<train::Loss> make_balanced_softmax(const LossInputs& inputs) {
  const config::Configuration& configuration = inputs.configuration;
  return std::make_shared<BalancedSoftmax>(
      configuration.loss.balanced_softmax.tau * log_prior(inputs.class_counts),
      configuration.stage_1.label_smoothing);
}

}  // namespace ltr::learning
