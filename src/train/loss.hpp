// SPDX-License-Identifier: Apache-2.0
// What training minimises, as the loop sees it.
#pragma once

#include <cstdint>

#include <torch/torch.h>

namespace ltr::train {

/// A loss. A step minimises its mean over the images of the global batch, weighted where it has class
/// weights.
class Loss {
 public:
  virtual ~Loss() = default;
  /// What each image adds; differentiable.
  /// Shape: logits [b, K] float32, labels [b] int64 -> [b].
  [[nodiscard]] virtual torch::Tensor values(const torch::Tensor& logits, const torch::Tensor& labels) = 0;
  /// How much an image of each class counts; undefined: all the same. The weighted sum is divided by the sum
  /// of the weights over the whole global batch, however it is cut. Shape: [K] float32, where logits are.
  [[nodiscard]] virtual torch::Tensor class_weights() const { return {}; }
  /// Called before the first step of an epoch, by all ranks. What then changes is written into the tensors
  /// that are there: a recorded step goes on reading those.
  virtual void begin_epoch(std::int64_t /*epoch*/, std::int64_t /*epochs*/) {}
};

}  // namespace ltr::train
