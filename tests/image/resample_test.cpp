// SPDX-License-Identifier: Apache-2.0
#include "image/resample.hpp"

#include <gtest/gtest.h>

#include "image/golden.hpp"

namespace ltr::image {
namespace {

TEST(Resample, BoxesAndSizesGiveThePixelsOfPil) {
  ResampleBuffers buffers;
  Image out;
  for (const GoldenCase& golden : golden_cases("resample")) {
    const Image image = decode(read_golden(golden.source));
    std::vector<int> numbers(golden.numbers.begin(), golden.numbers.end());
    const Box box{numbers[0], numbers[1], numbers[2], numbers[3]};
    resample(image, {box, numbers[4], numbers[5], {0, 0, numbers[4], numbers[5]}}, buffers, out);
    EXPECT_EQ(largest_difference(out, read_ppm(golden.expected)), 0) << golden.expected;
  }
}

TEST(Resample, WindowIsThatPartOfTheWholeResult) {
  const Image image = decode(read_golden("source.png"));
  ResampleBuffers buffers;
  Image whole;
  Image part;
  Image expected;
  for (const auto& [height, width] : {std::pair{20, 30}, std::pair{90, 70}, std::pair{45, 61}}) {
    const Box window{height / 3, width / 4, height / 2, width / 3};
    resample(image, {{0, 0, 45, 61}, height, width, {0, 0, height, width}}, buffers, whole);
    resample(image, {{0, 0, 45, 61}, height, width, window}, buffers, part);
    crop(whole, window, expected);
    EXPECT_EQ(largest_difference(part, expected), 0) << height << " x " << width;
  }
}

TEST(Resample, ConstantImageStaysConstantAtBothEndsOfTheScale) {
  ResampleBuffers buffers;
  Image out;
  for (const int level : {0, 255}) {
    const Image image{300, 200, std::vector<std::uint8_t>(300 * 200 * 3, static_cast<std::uint8_t>(level))};
    for (const int size : {1, 7, 64, 451}) {
      resample(image, {{0, 0, 300, 200}, size, size, {0, 0, size, size}}, buffers, out);
      EXPECT_EQ(out.pixels, std::vector<std::uint8_t>(out.pixels.size(), static_cast<std::uint8_t>(level)));
    }
  }
}

}  // namespace
}  // namespace ltr::image
