// SPDX-License-Identifier: Apache-2.0
#include "image/color_jitter.hpp"

#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "image/golden.hpp"

namespace ltr::image {
namespace {

TEST(ColorJitter, EachAdjustmentGivesThePixelsOfPil) {
  for (const GoldenCase& golden : golden_cases("jitter")) {
    Image image = decode(read_golden(golden.source));
    ColorJitter jitter;
    jitter.factors[static_cast<std::size_t>(golden.numbers[0])] = static_cast<float>(golden.numbers[1]);
    apply_color_jitter(jitter, image.pixels);
    EXPECT_EQ(largest_difference(image, read_ppm(golden.expected)), 0) << golden.expected;
  }
}

TEST(ColorJitter, AdjustmentsFollowTheGivenOrder) {
  const Image original = decode(read_golden("colour.png"));
  const ColorJitter together{{1.3F, 0.7F, 1.2F}, {2, 0, 1}};
  Image image = original;
  apply_color_jitter(together, image.pixels);
  Image one_by_one = original;
  for (const std::size_t adjustment : {2, 0, 1}) {
    ColorJitter single;
    single.factors[adjustment] = together.factors[adjustment];
    apply_color_jitter(single, one_by_one.pixels);
  }
  EXPECT_EQ(largest_difference(image, one_by_one), 0);
  Image other = original;
  apply_color_jitter({together.factors, {0, 1, 2}}, other.pixels);
  EXPECT_NE(largest_difference(image, other), 0);
}

TEST(ColorJitter, OrdersAreEquallyLikelyAndFactorsFillTheirRange) {
  base::CounterRandom random(1, base::Stream::test);
  constexpr int kDraws = 12000;
  std::map<std::array<int, 3>, int> orders;
  std::array<double, 3> sums{};
  for (int i = 0; i < kDraws; ++i) {
    const ColorJitter jitter = draw_color_jitter({0.4, 0.0, 1.5}, random);
    ++orders[jitter.order];
    ASSERT_GE(jitter.factors[0], 0.6F);
    ASSERT_LE(jitter.factors[0], 1.4F);
    ASSERT_EQ(jitter.factors[1], 1.0F);
    ASSERT_GE(jitter.factors[2], 0.0F);
    ASSERT_LE(jitter.factors[2], 2.5F);
    for (std::size_t k = 0; k < 3; ++k) sums[k] += jitter.factors[k];
  }
  EXPECT_EQ(orders.size(), 6U);
  for (const auto& [order, count] : orders) EXPECT_NEAR(count, kDraws / 6.0, 5 * std::sqrt(kDraws / 6.0));
  EXPECT_NEAR(sums[0] / kDraws, 1.0, 0.02);
  EXPECT_NEAR(sums[2] / kDraws, 1.25, 0.04);
}

}  // namespace
}  // namespace ltr::image
