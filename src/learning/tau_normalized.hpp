// SPDX-License-Identifier: Apache-2.0
// The tau-normalised classifier: weight vectors divided by a power of their length.
#pragma once

#include <torch/torch.h>

#include "train/step.hpp"

namespace ltr::learning {

/// w_i / |w_i|^tau. Shape: weight [K, D] -> [K, D].
/// Paper: section 4.2, equation 5.
[[nodiscard]] torch::Tensor tau_normalized_weight(const torch::Tensor& weight, double tau);

/// Logits of a classifier without bias. Shape: weight [K, D]; features [b, D] -> [b, K].
[[nodiscard]] train::Logits linear_logits(torch::Tensor weight);

}  // namespace ltr::learning
