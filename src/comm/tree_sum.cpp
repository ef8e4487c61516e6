// SPDX-License-Identifier: Apache-2.0
#include "comm/tree_sum.hpp"

#include <bit>

#include "base/check.hpp"

namespace ltr::comm {

void add_pairwise(std::span<const float> a, std::span<const float> b, std::span<float> out) {
  LTR_EXPECT(a.size() == b.size() && a.size() == out.size());
  const float* left = a.data();
  const float* right = b.data();
  float* sum = out.data();
  const std::size_t size = out.size();
  for (std::size_t i = 0; i < size; ++i) sum[i] = left[i] + right[i];
}

std::vector<float> tree_sum(std::span<const std::vector<float>> leaves) {
  LTR_EXPECT(std::has_single_bit(leaves.size()));
  if (leaves.size() == 1) return leaves.front();
  const std::size_t half = leaves.size() / 2;
  std::vector<float> sum = tree_sum(leaves.first(half));
  add_pairwise(sum, tree_sum(leaves.last(half)), sum);
  return sum;
}

}  // namespace ltr::comm
