// SPDX-License-Identifier: Apache-2.0
// The tau-normalised classifier: weight vectors divided by a power of their length.
#pragma once

#include <span>

#include <torch/torch.h>

#include "metric/shots.hpp"
#include "record/record.hpp"
#include "train/evaluation_set.hpp"
#include "train/step.hpp"

namespace ltr::learning {

/// w_i / |w_i|^tau. Shape: weight [K, D] -> [K, D].
/// Paper: section 4.2, equation 5.
[[nodiscard]] torch::Tensor tau_normalized_weight(const torch::Tensor& weight, double tau);

/// Accuracy of every tau on features; the chosen one is the best on validation, the smallest of equals.
/// Shape: weight [K, D], shots [K].
/// Collective: all ranks of the sets' group.
[[nodiscard]] record::TauSweep sweep_tau(const torch::Tensor& weight, std::span<const double> values,
                                         std::span<const metric::Shot> shots,
                                         train::EvaluationSet& validation, train::EvaluationSet& test);

/// Logits of a classifier without bias. Shape: weight [K, D]; features [b, D] -> [b, K].
[[nodiscard]] train::Logits linear_logits(torch::Tensor weight);

}  // namespace ltr::learning
