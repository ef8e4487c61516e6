// SPDX-License-Identifier: Apache-2.0
// The losses, and the factory that finds one by its name in the configuration.
#pragma once

#include <memory>

#include "config/enums.hpp"
#include "train/objective.hpp"

namespace ltr::learning {

/// Softmax cross-entropy.
class CrossEntropy : public train::Objective {
 public:
  [[nodiscard]] torch::Tensor loss(const torch::Tensor& logits, const torch::Tensor& labels) override;
};

[[nodiscard]] std::shared_ptr<train::Objective> make_objective(config::LossKind kind);

}  // namespace ltr::learning
