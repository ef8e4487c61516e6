// SPDX-License-Identifier: Apache-2.0
#include "image/crop.hpp"

#include <array>
#include <cmath>

#include <gtest/gtest.h>

namespace ltr::image {
namespace {

TEST(RandomResizedBox, StaysInsideAndWithinAreaAndRatio) {
  base::CounterRandom random(1, base::Stream::test);
  for (int i = 0; i < 20000; ++i) {
    const Box box = random_resized_box(375, 500, random);
    ASSERT_GE(box.top, 0);
    ASSERT_GE(box.left, 0);
    ASSERT_LE(box.top + box.height, 375);
    ASSERT_LE(box.left + box.width, 500);
    const double area = box.height * box.width / (375.0 * 500);
    ASSERT_GT(area, 0.079);
    const double ratio = static_cast<double>(box.width) / box.height;
    ASSERT_GT(ratio, 0.745);
    ASSERT_LT(ratio, 1.345);
  }
}

TEST(RandomResizedBox, SmallAreasAreUniformAndRatiosSymmetric) {
  // Below area 1/2 no try is ever rejected on a square image, so there the density is flat.
  base::CounterRandom random(2, base::Stream::test);
  constexpr int kDraws = 40000;
  std::array<int, 4> quarters{};
  int small = 0;
  int wide = 0;
  for (int i = 0; i < kDraws; ++i) {
    const Box box = random_resized_box(2000, 2000, random);
    const double area = box.height * box.width / 4e6;
    wide += box.width > box.height ? 1 : 0;
    if (area < 0.08 || area >= 0.48) continue;
    ++quarters[static_cast<std::size_t>((area - 0.08) / 0.1)];
    ++small;
  }
  for (const int count : quarters) EXPECT_NEAR(count, small / 4.0, 5 * std::sqrt(small / 4.0));
  EXPECT_NEAR(wide, kDraws / 2.0, 5 * std::sqrt(kDraws / 4.0));
}

TEST(RandomResizedBox, ImageTooLongForAnyTryGivesTheCentredBox) {
  base::CounterRandom random(3, base::Stream::test);
  EXPECT_EQ(random_resized_box(1000, 10, random), (Box{493, 0, 13, 10}));
  EXPECT_EQ(random_resized_box(10, 1000, random), (Box{0, 493, 10, 13}));
}

TEST(CentreBox, HalvesRoundToEvenAndSmallImagesAreFramed) {
  const auto start = [](int whole, int size) { return centre_box({0, 0, whole, whole}, size).top; };
  EXPECT_EQ(start(256, 224), 16);
  EXPECT_EQ(start(225, 224), 0);   // 0.5
  EXPECT_EQ(start(227, 224), 2);   // 1.5
  EXPECT_EQ(start(229, 224), 2);   // 2.5
  EXPECT_EQ(start(221, 224), -1);  // one row above, two below
}

TEST(ScaledBox, LongerSideIsRoundedDown) {
  EXPECT_EQ(scaled_box(375, 500, 256), (Box{0, 0, 256, 341}));
  EXPECT_EQ(scaled_box(500, 375, 256), (Box{0, 0, 341, 256}));
  EXPECT_EQ(scaled_box(32, 32, 32), (Box{0, 0, 32, 32}));
}

}  // namespace
}  // namespace ltr::image
