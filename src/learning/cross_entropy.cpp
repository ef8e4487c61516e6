// SPDX-License-Identifier: Apache-2.0
#include "learning/losses.hpp"

namespace ltr::learning {
namespace {

class CrossEntropy : public train::Loss {
 public:
  explicit CrossEntropy(double label_smoothing) : label_smoothing_(label_smoothing) {}

  torch::Tensor values(const torch::Tensor& logits, const torch::Tensor& labels) override {
    return cross_entropies(logits, labels, label_smoothing_);
  }

 private:
  double label_smoothing_;
};

}  // namespace

torch::Tensor cross_entropies(const torch::Tensor& logits, const torch::Tensor& labels,
                              double label_smoothing) {
  return torch::cross_entropy_loss(logits, labels, {}, at::Reduction::None, /*ignore_index=*/-100,
                                   label_smoothing);
}

std::shared_ptr<train::Loss> make_cross_entropy(const LossInputs& inputs) {
  return std::make_shared<CrossEntropy>(inputs.configuration.stage_1.label_smoothing);
}

}  // namespace ltr::learning
