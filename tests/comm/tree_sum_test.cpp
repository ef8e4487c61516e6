// SPDX-License-Identifier: Apache-2.0
#include "comm/tree_sum.hpp"

#include <cmath>
#include <cstring>

#include <gtest/gtest.h>

#include "comm/leaves.hpp"

namespace ltr::comm {
namespace {

using test::bits_equal;
using test::make_leaves;

std::vector<float> accumulate(TreeAccumulator& accumulator, const std::vector<std::vector<float>>& leaves,
                              std::size_t range) {
  for (std::size_t l = 0; l + 1 < leaves.size(); ++l) accumulator.push(leaves[l]);
  std::vector<float> last = leaves.back();
  for (std::size_t begin = 0; begin < last.size(); begin += range) {
    accumulator.complete(begin, std::span(last).subspan(begin, std::min(range, last.size() - begin)));
  }
  accumulator.reset();
  return last;
}

TEST(TreeSum, AddsHalvesNotLeftToRight) {
  // In float, 2^24 + 1 + 1 + 1 from the left stays 2^24; by halves (2^24 + 1) + (1 + 1) it is 2^24 + 2.
  const float big = 16777216;
  const std::vector<std::vector<float>> leaves{{big}, {1}, {1}, {1}};
  EXPECT_EQ(tree_sum(leaves).front(), big + 2);
}

TEST(TreeSum, OfOneLeafIsThatLeaf) {
  const std::vector<std::vector<float>> leaves{{1.5F, -2}};
  EXPECT_EQ(tree_sum(leaves), leaves.front());
}

TEST(TreeSum, IsCloseToTheSumInDouble) {
  const auto leaves = make_leaves(64, 257, 1);
  const std::vector<float> sum = tree_sum(leaves);
  for (std::size_t i = 0; i < sum.size(); ++i) {
    double truth = 0;
    double magnitude = 0;
    for (const auto& leaf : leaves) {
      truth += leaf[i];
      magnitude += std::abs(leaf[i]);
    }
    // Six additions lie on every path of the tree; each is off by at most half a unit in the last place.
    EXPECT_NEAR(sum[i], truth, 6 * magnitude * 0x1p-24 * 1.01) << "value " << i;
  }
}

TEST(TreeAccumulator, GivesTheBitsOfTheTreeWhateverTheRanges) {
  for (const int leaves : {1, 2, 4, 8, 16, 64}) {
    const auto values = make_leaves(leaves, 1003, 2);
    TreeAccumulator accumulator(leaves, 1003);
    for (const std::size_t range : {std::size_t{1003}, std::size_t{100}, std::size_t{1}}) {
      EXPECT_TRUE(bits_equal(accumulate(accumulator, values, range), tree_sum(values)))
          << leaves << " leaves, ranges of " << range;
    }
  }
}

TEST(TreeAccumulator, StartsAfreshAfterReset) {
  TreeAccumulator accumulator(8, 50);
  for (std::uint64_t step = 0; step < 3; ++step) {
    const auto values = make_leaves(8, 50, 10 + step);
    EXPECT_TRUE(bits_equal(accumulate(accumulator, values, 50), tree_sum(values))) << "step " << step;
  }
}

TEST(TreeAccumulator, OfAHalfIsASubtreeOfTheWhole) {
  const auto values = make_leaves(16, 333, 3);
  TreeAccumulator accumulator(8, 333);
  const std::vector<std::vector<float>> left(values.begin(), values.begin() + 8);
  const std::vector<std::vector<float>> right(values.begin() + 8, values.end());
  const std::vector<std::vector<float>> halves{accumulate(accumulator, left, 333),
                                               accumulate(accumulator, right, 333)};
  EXPECT_TRUE(bits_equal(tree_sum(halves), tree_sum(values)));
}

TEST(Leaves, TellOrdersOfAdditionApart) {
  // Guards the tests: with values too tame, every order of addition would give the same bits.
  const auto values = make_leaves(8, 1000, 4);
  std::vector<float> left_to_right = values.front();
  for (std::size_t l = 1; l < values.size(); ++l) add_pairwise(left_to_right, values[l], left_to_right);
  EXPECT_FALSE(bits_equal(left_to_right, tree_sum(values)));
}

}  // namespace
}  // namespace ltr::comm
