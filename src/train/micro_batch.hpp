// SPDX-License-Identifier: Apache-2.0
// A decoded batch as tensors.
#pragma once

#include <torch/torch.h>

#include "data/loader.hpp"

namespace ltr::train {

/// Inputs of a forward pass and their labels.
/// Shape: inputs [b, 3, H, W] pixels or [b, D] features, float32; labels [b] int64.
struct MicroBatch {
  torch::Tensor inputs;
  torch::Tensor labels;
};

/// Copies, because the loader reuses its memory, and because torch aligns its own alike in every process, on
/// which bits depend.
/// Pixels come out channels-last, in which convolutions on a processor are about a quarter faster.
[[nodiscard]] MicroBatch to_tensors(const data::Batch& batch, int image_size);

}  // namespace ltr::train
