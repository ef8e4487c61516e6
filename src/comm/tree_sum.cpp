// SPDX-License-Identifier: Apache-2.0
#include "comm/tree_sum.hpp"

#include <algorithm>
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

TreeAccumulator::TreeAccumulator(int leaves, std::size_t size) : leaves_(leaves) {
  LTR_EXPECT(leaves > 0 && std::has_single_bit(static_cast<unsigned>(leaves)));
  // Level l holds the sum of 2^l leaves; the last leaf is never stored, so the topmost level is half the
  // tree.
  levels_.resize(static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(leaves))));
  for (Level& level : levels_) level.values.resize(size);
}

void TreeAccumulator::push(std::span<const float> leaf) {
  LTR_EXPECT(pushed_ + 1 < leaves_);
  ++pushed_;
  Level& first = levels_.front();
  if (!first.full) {
    std::ranges::copy(leaf, first.values.begin());
    first.full = true;
    return;
  }
  add_pairwise(first.values, leaf, first.values);
  // As in counting: what level l now holds belongs one level up, and moves past every level that waited for
  // it.
  std::size_t l = 0;
  for (; levels_[l + 1].full; ++l) {
    add_pairwise(levels_[l + 1].values, levels_[l].values, levels_[l + 1].values);
    levels_[l].full = false;
  }
  std::swap(levels_[l].values, levels_[l + 1].values);
  levels_[l].full = false;
  levels_[l + 1].full = true;
}

void TreeAccumulator::complete(std::size_t begin, std::span<float> last) const {
  LTR_EXPECT(pushed_ + 1 == leaves_);
  for (const Level& level : levels_) {
    add_pairwise(std::span(level.values).subspan(begin, last.size()), last, last);
  }
}

void TreeAccumulator::reset() {
  for (Level& level : levels_) level.full = false;
  pushed_ = 0;
}

}  // namespace ltr::comm
