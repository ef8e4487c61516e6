// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "learning/losses.hpp"

namespace ltr::learning {
namespace {

class Focal : public train::Loss {
 public:
  explicit Focal(double gamma) : gamma_(gamma) {}

  torch::Tensor values(const torch::Tensor& logits, const torch::Tensor& labels) override {
    const torch::Tensor own = labels.unsqueeze(1);
    const torch::Tensor cross_entropy = -torch::log_softmax(logits, 1).gather(1, own).squeeze(1);
    if (gamma_ == 0) return cross_entropy;
    // log(1 - p) by the other classes: 1 - p itself is 0 in float32 from a lead of 17 on, and has no
    // gradient.
    const torch::Tensor others = logits.scatter(1, own, -std::numeric_limits<float>::infinity());
    const torch::Tensor log_miss = torch::logsumexp(others, {1}) - torch::logsumexp(logits, {1});
    return torch::exp(gamma_ * log_miss) * cross_entropy;
  }

 private:
  double gamma_;
};

}  // namespace

std::shared_ptr<train::Loss> make_focal(const LossInputs& inputs) {
  return std::make_shared<Focal>(inputs.configuration.loss.focal.gamma);
}

}  // namespace ltr::learning
