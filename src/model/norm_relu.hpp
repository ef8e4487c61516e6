// SPDX-License-Identifier: Apache-2.0
// BatchNorm, the sum with a shortcut and ReLU in as few passes over memory as they take.
#pragma once

#include <optional>

#include <torch/torch.h>

namespace ltr::model {

/// Whether norm_relu takes such activations: float32, channels-last, on the host.
[[nodiscard]] bool has_norm_relu(const torch::Tensor& input);

/// relu(batch_norm(input) + shortcut) by the batch's own statistics, which go to the slots; no `shortcut`
/// counts as 0. Differentiable. Shape: input, shortcut [B, C, H, W]; weight, bias, mean_slot, variance_slot
/// [C], the variance unbiased.
[[nodiscard]] torch::Tensor norm_relu(const torch::Tensor& input,
                                      const std::optional<torch::Tensor>& shortcut,
                                      const torch::Tensor& weight, const torch::Tensor& bias,
                                      const torch::Tensor& mean_slot, const torch::Tensor& variance_slot,
                                      double epsilon);

}  // namespace ltr::model
