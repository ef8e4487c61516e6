// SPDX-License-Identifier: Apache-2.0
#include "image/resample.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "image/crop.hpp"
#include "image/golden.hpp"
#include "test_data.hpp"

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

TEST(Resample, ShrinkingLeavesTwoPixelsASideForEachOfTheResult) {
  const auto shrink_of = [](int height, int width, int target) {
    return allowed_shrink({{5, 7, height, width}, target, target, {0, 0, target, target}});
  };
  EXPECT_EQ(shrink_of(100, 100, 101), 1);
  EXPECT_EQ(shrink_of(400, 399, 100), 1);
  EXPECT_EQ(shrink_of(399, 400, 100), 1);
  EXPECT_EQ(shrink_of(400, 400, 100), 2);
  EXPECT_EQ(shrink_of(799, 5000, 100), 2);
  EXPECT_EQ(shrink_of(800, 800, 100), 4);
  EXPECT_EQ(shrink_of(1600, 1700, 100), 8);
  EXPECT_EQ(shrink_of(32'000, 32'000, 100), 8);
}

double mean_of(const Image& image) {
  return std::accumulate(image.pixels.begin(), image.pixels.end(), 0.0) /
         static_cast<double>(image.pixels.size());
}

/// An edge is at the same place whatever the image was shrunk by, as the mean of a window tells to a third of
/// a pixel.
TEST(Resample, ShrunkenImagesAreSeenThroughTheSameBox) {
  Image whole{64, 400, std::vector<std::uint8_t>(std::size_t{64} * 400 * 3, 0)};
  for (std::size_t i = 0; i < whole.pixels.size(); ++i) {
    if (i / 3 % 400 >= 208) whole.pixels[i] = 255;
  }
  for (const int shrink : {2, 4, 8}) {
    Image shrunken{64 / shrink, 400 / shrink, {}};
    for (int y = 0; y < shrunken.height; ++y) {
      for (int x = 0; x < shrunken.width; ++x) {
        const std::uint8_t* pixel = &whole.pixels[static_cast<std::size_t>(y * 400 + x) * shrink * 3];
        shrunken.pixels.insert(shrunken.pixels.end(), pixel, pixel + 3);
      }
    }
    for (const int left : {0, 1, 3, 6, 8, 13}) {
      for (const int width : {384, 383, 381, 377}) {
        Resampling task{{1, left, 60, width}, 4, 23, {0, 0, 4, 23}};
        const double expected = mean_of(resampled(whole, task));
        task.shrink = shrink;
        EXPECT_NEAR(mean_of(resampled(shrunken, task)), expected, 255.0 / width / 3)
            << shrink << ": " << left << " + " << width;
      }
    }
  }
}

double signal_to_noise_db(const Image& a, const Image& b) {
  double squares = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) squares += std::pow(double(a.pixels[i]) - b.pixels[i], 2);
  return 10 * std::log10(255.0 * 255 / (squares / static_cast<double>(a.pixels.size())));
}

TEST(Resample, PhotographsShrunkWhileDecodedKeepAboutFortyDecibels) {
  const std::filesystem::path folder = test_data() / "imagenet_sample";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder;
  Decoder decoder;
  Image whole;
  Image part;
  std::vector<double> ratios_db;
  base::CounterRandom random(8, base::Stream::test);
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".JPEG") continue;
    std::ifstream in(file.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const auto encoded = std::as_bytes(std::span(text));
    decoder.decode(encoded, whole);
    for (const int target : {32, 64}) {
      Resampling task{
          random_resized_box(whole.height, whole.width, random), target, target, {0, 0, target, target}};
      const Image expected = resampled(whole, task);
      task.shrink = allowed_shrink(task);
      if (task.shrink == 1) continue;
      decoder.decode_part(encoded, needed_box(task), part, task.shrink);
      ratios_db.push_back(signal_to_noise_db(resampled(part, task), expected));
    }
  }
  std::ranges::sort(ratios_db);
  ASSERT_GT(ratios_db.size(), 100U);
  const auto below_forty = std::ranges::lower_bound(ratios_db, 40.0) - ratios_db.begin();
  EXPECT_LT(static_cast<double>(below_forty), 0.05 * static_cast<double>(ratios_db.size()));
  EXPECT_GT(ratios_db[ratios_db.size() / 2], 45);
}

}  // namespace
}  // namespace ltr::image
