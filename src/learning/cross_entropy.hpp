// SPDX-License-Identifier: Apache-2.0
// The losses, and the factory that finds one by its name in the configuration.
#pragma once

#include <memory>

#include "config/configuration.hpp"
#include "train/objective.hpp"

namespace ltr::learning {

/// Softmax cross-entropy against labels of which each class gets label_smoothing / K, the rest its own.
class CrossEntropy : public train::Objective {
 public:
  explicit CrossEntropy(double label_smoothing) : label_smoothing_(label_smoothing) {}
  [[nodiscard]] torch::Tensor loss(const torch::Tensor& logits, const torch::Tensor& labels) override;

 private:
  double label_smoothing_;
};

/// What both stages minimise.
[[nodiscard]] std::shared_ptr<train::Objective> make_objective(const config::Stage1& stage_1);

}  // namespace ltr::learning
