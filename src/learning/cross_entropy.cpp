// SPDX-License-Identifier: Apache-2.0
#include "learning/cross_entropy.hpp"

#include <stdexcept>

namespace ltr::learning {

torch::Tensor CrossEntropy::loss(const torch::Tensor& logits, const torch::Tensor& labels) {
  return torch::cross_entropy_loss(logits, labels, {}, at::Reduction::Sum, /*ignore_index=*/-100,
                                   label_smoothing_);
}

std::shared_ptr<train::Objective> make_objective(const config::Stage1& stage_1) {
  switch (stage_1.loss) {
    case config::LossKind::cross_entropy:
      return std::make_shared<CrossEntropy>(stage_1.label_smoothing);
  }
  throw std::logic_error("a loss without an objective");
}

}  // namespace ltr::learning
