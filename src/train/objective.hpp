// SPDX-License-Identifier: Apache-2.0
// What training minimises, as the loop sees it.
#pragma once

#include <torch/torch.h>

namespace ltr::train {

/// A loss.
class Objective {
 public:
  virtual ~Objective() = default;
  /// The sum, not the mean, of the images' losses; differentiable.
  /// Shape: logits [b, K] float32, labels [b] int64 -> [].
  [[nodiscard]] virtual torch::Tensor loss(const torch::Tensor& logits, const torch::Tensor& labels) = 0;
};

}  // namespace ltr::train
