// SPDX-License-Identifier: Apache-2.0
// Where this process computes: on the host, or on one GPU.
#pragma once

#include <torch/torch.h>

namespace ltr::train {

/// Chooses for the whole process, before its first network is made. The host unless called.
void set_compute_device(const torch::Device& device);
[[nodiscard]] const torch::Device& compute_device();

/// The tensor itself where it is already there, a copy otherwise.
[[nodiscard]] torch::Tensor on_compute_device(const torch::Tensor& tensor);

}  // namespace ltr::train
