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

TEST(TreeSum, OfAHalfIsASubtreeOfTheWhole) {
  const auto values = make_leaves(16, 333, 3);
  const std::vector<std::vector<float>> halves{tree_sum(std::span(values).first(8)),
                                               tree_sum(std::span(values).last(8))};
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
