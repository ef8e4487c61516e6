// SPDX-License-Identifier: Apache-2.0
// A rank's part of the sum over micro-batches: the lower levels of the tree whose upper ones span the ranks.
#pragma once

#include <cstdint>
#include <vector>

#include <torch/torch.h>

namespace ltr::train {

/// Sums leaves, given one by one, along the binary tree that halves them, on the device that holds them. It
/// keeps a stack of at most log2(leaves) vectors. All but the last leaf are pushed whole; the last one is
/// folded in range by range, as its values become ready.
class GradientTree {
 public:
  /// leaves: a power of two. Shape: like [n] float32.
  GradientTree(unsigned leaves, const torch::Tensor& like);

  /// Adds leaf number 0 .. leaves - 2, in order. Shape: [n] float32.
  void push(const torch::Tensor& leaf);
  /// Completes values begin .. begin + m - 1 of the sum: `last` holds the last leaf's and receives the sums.
  /// Shape: [m] float32.
  void complete(std::int64_t begin, const torch::Tensor& last) const;
  /// Ready for the next step's leaves.
  void reset();

 private:
  struct Level {
    torch::Tensor values;
    bool full = false;
  };
  std::vector<Level> levels_;
  unsigned leaves_ = 1;
  unsigned pushed_ = 0;
};

}  // namespace ltr::train
