// SPDX-License-Identifier: Apache-2.0
// Sums of V leaves by the binary tree that halves them: the same bits however the leaves are spread over
// ranks.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace ltr::comm {

/// out[i] = a[i] + b[i]; the left subtree comes first.
void add_pairwise(std::span<const float> a, std::span<const float> b, std::span<float> out);

/// The tree sum of `leaves` (a power of two of them, equally long), the plain serial truth.
[[nodiscard]] std::vector<float> tree_sum(std::span<const std::vector<float>> leaves);

/// Sums leaves given one by one with a stack of at most log2(leaves)+1 buffers.
/// All but the last leaf are pushed whole; the last one is folded in range by range, as its values become
/// ready.
class TreeAccumulator {
 public:
  /// leaves: a power of two; size: floats a leaf.
  TreeAccumulator(int leaves, std::size_t size);

  /// Adds leaf number 0..leaves-2, in order.
  void push(std::span<const float> leaf);
  /// Completes [begin, begin + last.size()) of the sum: `last` holds the last leaf's values of that range and
  /// receives the sum of all leaves.
  void complete(std::size_t begin, std::span<float> last) const;
  /// Ready for the next step's leaves.
  void reset();

 private:
  struct Level {
    std::vector<float> values;
    bool full = false;
  };
  std::vector<Level> levels_;
  int leaves_ = 1;
  int pushed_ = 0;
};

}  // namespace ltr::comm
