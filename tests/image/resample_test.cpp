// SPDX-License-Identifier: Apache-2.0
#include "image/resample.hpp"

#include <gtest/gtest.h>

#include "image/golden.hpp"

namespace ltr::image {
namespace {

TEST(Resample, BoxesAndSizesGiveThePixelsOfPil) {
  for (const GoldenCase& golden : golden_cases("resample")) {
    const Image image = decode(read_golden(golden.source));
    std::vector<int> numbers(golden.numbers.begin(), golden.numbers.end());
    const Box box{numbers[0], numbers[1], numbers[2], numbers[3]};
    const Image out = resampled(image, {box, numbers[4], numbers[5], {0, 0, numbers[4], numbers[5]}});
    EXPECT_EQ(largest_difference(out, read_ppm(golden.expected)), 0) << golden.expected;
  }
}

TEST(Resample, WindowIsThatPartOfTheWholeResult) {
  const Image image = decode(read_golden("source.png"));
  for (const auto& [height, width] : {std::pair{20, 30}, std::pair{90, 70}, std::pair{45, 61}}) {
    const Resampling all{{0, 0, 45, 61}, height, width, {0, 0, height, width}};
    Resampling part = all;
    part.window = {height / 3, width / 4, height / 2, width / 3};
    const Image expected = cropped(resampled(image, all), part.window);
    EXPECT_EQ(largest_difference(resampled(image, part), expected), 0) << height << " x " << width;
    part.flip = Flip::yes;
    EXPECT_EQ(largest_difference(resampled(image, part), mirrored(expected)), 0) << height << " x " << width;
  }
}

TEST(Resample, LooksAtNothingButTheNeededBox) {
  const Image image = decode(read_golden("source.png"));
  const Box source{3, 5, 40, 50};
  for (const auto& [height, width] : {std::pair{9, 13}, std::pair{90, 70}, std::pair{40, 50}}) {
    const Resampling task{source, height, width, {height / 4, width / 3, height / 2, width / 2}};
    const Box needed = needed_box(task);
    EXPECT_TRUE(contains(source, needed));
    EXPECT_LT(needed.height * needed.width, source.height * source.width);
    Image part = cropped(image, needed);
    part.top = needed.top;
    part.left = needed.left;
    EXPECT_EQ(largest_difference(resampled(part, task), resampled(image, task)), 0)
        << height << " x " << width;
  }
}

TEST(Resample, ConstantImageStaysConstantAtBothEndsOfTheScale) {
  for (const int level : {0, 255}) {
    const Image image{300, 200, std::vector<std::uint8_t>(300 * 200 * 3, static_cast<std::uint8_t>(level))};
    for (const int size : {1, 7, 64, 451}) {
      const Image out = resampled(image, {{0, 0, 300, 200}, size, size, {0, 0, size, size}});
      EXPECT_EQ(out.pixels, std::vector<std::uint8_t>(out.pixels.size(), static_cast<std::uint8_t>(level)));
    }
  }
}

}  // namespace
}  // namespace ltr::image
