// SPDX-License-Identifier: Apache-2.0
#include "train/gradient_tree.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "comm/leaves.hpp"
#include "comm/tree_sum.hpp"

namespace ltr::train {
namespace {

using test::bits_equal;
using test::make_leaves;

torch::Tensor tensor_of(const std::vector<float>& values) { return torch::tensor(values); }

std::vector<float> values_of(const torch::Tensor& tensor) {
  return {tensor.data_ptr<float>(), tensor.data_ptr<float>() + tensor.numel()};
}

/// Pushes all but the last leaf, and folds that in by ranges of `range` values.
std::vector<float> sum(GradientTree& tree, const std::vector<std::vector<float>>& leaves,
                       std::int64_t range) {
  tree.reset();
  for (std::size_t l = 0; l + 1 < leaves.size(); ++l) tree.push(tensor_of(leaves[l]));
  const torch::Tensor last = tensor_of(leaves.back());
  for (std::int64_t begin = 0; begin < last.numel(); begin += range) {
    tree.complete(begin, last.narrow(0, begin, std::min(range, last.numel() - begin)));
  }
  return values_of(last);
}

TEST(GradientTree, GivesTheBitsOfTheSerialTreeWhateverTheRanges) {
  for (const unsigned leaves : {1U, 2U, 4U, 8U, 16U, 64U}) {
    const auto values = make_leaves(static_cast<int>(leaves), 1003, 2);
    GradientTree tree(leaves, torch::empty({1003}));
    for (const std::int64_t range : {1003, 100, 1}) {
      EXPECT_TRUE(bits_equal(sum(tree, values, range), comm::tree_sum(values)))
          << leaves << " leaves, ranges of " << range;
    }
  }
}

TEST(GradientTree, LeavesNothingOfAnUnfinishedStepBehind) {
  GradientTree tree(8, torch::empty({50}));
  tree.push(torch::ones({50}));
  const auto values = make_leaves(8, 50, 10);
  EXPECT_TRUE(bits_equal(sum(tree, values, 50), comm::tree_sum(values)));
}

}  // namespace
}  // namespace ltr::train
