// SPDX-License-Identifier: Apache-2.0
#include "train/gradient_tree.hpp"

#include <bit>
#include <utility>

#include "base/check.hpp"

namespace ltr::train {

GradientTree::GradientTree(unsigned leaves, const torch::Tensor& like) : leaves_(leaves) {
  LTR_EXPECT(std::has_single_bit(leaves));
  // Level l holds the sum of 2^l leaves; the last leaf is never stored, so the topmost level is half the
  // tree.
  levels_.resize(static_cast<std::size_t>(std::countr_zero(leaves)));
  for (Level& level : levels_) level.values = torch::zeros_like(like);
}

void GradientTree::push(const torch::Tensor& leaf) {
  LTR_EXPECT(pushed_ + 1 < leaves_);
  ++pushed_;
  Level& first = levels_.front();
  if (!first.full) {
    first.values.copy_(leaf);
    first.full = true;
    return;
  }
  first.values.add_(leaf);
  // As in counting: what level l now holds belongs one level up, and moves past every level that waited for
  // it.
  std::size_t l = 0;
  for (; levels_[l + 1].full; ++l) {
    levels_[l + 1].values.add_(levels_[l].values);
    levels_[l].full = false;
  }
  std::swap(levels_[l].values, levels_[l + 1].values);
  levels_[l].full = false;
  levels_[l + 1].full = true;
}

void GradientTree::complete(std::int64_t begin, const torch::Tensor& last) const {
  LTR_EXPECT(pushed_ + 1 == leaves_);
  for (const Level& level : levels_) last.add_(level.values.narrow(0, begin, last.size(0)));
}

void GradientTree::reset() {
  for (Level& level : levels_) level.full = false;
  pushed_ = 0;
}

}  // namespace ltr::train
