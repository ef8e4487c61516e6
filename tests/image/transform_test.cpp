// SPDX-License-Identifier: Apache-2.0
#include "image/transform.hpp"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "image/color_jitter.hpp"
#include "image/crop.hpp"
#include "image/golden.hpp"

namespace ltr::image {
namespace {

/// Outputs that are grey levels again: mean 0, std 1/255.
TransformOptions options_of_levels(int size, CropKind crop) {
  TransformOptions options;
  options.size = size;
  options.train_crop = crop;
  options.flip = false;
  options.color_jitter = {0, 0, 0};
  options.mean = {0, 0, 0};
  options.std = {1 / 255.0F, 1 / 255.0F, 1 / 255.0F};
  return options;
}

Image from_levels(std::span<const float> out, int size) {
  Image image{size, size, std::vector<std::uint8_t>(out.size())};
  std::ranges::transform(out, image.pixels.begin(),
                         [](float level) { return static_cast<std::uint8_t>(std::lround(level)); });
  return image;
}

std::vector<float> rendered(const TransformOptions& options, const View& view, const Image& image,
                            RenderBuffers& buffers) {
  std::vector<float> out(std::size_t{3} * options.size * options.size);
  render(options, view, image, buffers, out);
  return out;
}

std::vector<float> trained(const TransformOptions& options, const AugmentationKey& key, const Image& image) {
  RenderBuffers buffers;
  return rendered(options, training_view(options, key, image.height, image.width), image, buffers);
}

std::vector<float> evaluated(const TransformOptions& options, const Image& image) {
  RenderBuffers buffers;
  return rendered(options, evaluation_view(options, image.height, image.width), image, buffers);
}

Image transposed(const Image& image) {
  Image out{image.width, image.height, std::vector<std::uint8_t>(image.pixels.size())};
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      for (int c = 0; c < 3; ++c)
        out.pixels[(x * image.height + y) * 3 + c] = image.pixels[(y * image.width + x) * 3 + c];
    }
  }
  return out;
}

TEST(EvaluationInput, ResizeAndCentreCropGiveThePixelsOfPil) {
  for (const GoldenCase& golden : golden_cases("evaluate")) {
    TransformOptions options =
        options_of_levels(static_cast<int>(golden.numbers[1]), CropKind::random_resized);
    options.evaluation_resize = static_cast<int>(golden.numbers[0]);
    Image image = decode(read_golden(golden.source));
    if (golden.numbers[2] != 0) image = transposed(image);
    const std::vector<float> out = evaluated(options, image);
    EXPECT_EQ(largest_difference(from_levels(out, options.size), read_ppm(golden.expected)), 0)
        << golden.expected;
  }
}

TEST(TransformedInput, ImagesOfExtremeShapesKeepTheirColour) {
  std::vector<float> out;
  for (const auto& [height, width] : {std::pair{1, 1}, std::pair{1, 20'000}, std::pair{20'000, 1}}) {
    const Image image{height, width, std::vector<std::uint8_t>(std::size_t{3} * height * width, 77)};
    for (const CropKind crop : {CropKind::random_resized, CropKind::pad_and_crop}) {
      TransformOptions options = options_of_levels(16, crop);
      options.padding = 0;
      options.evaluation_resize = 16;
      for (std::int64_t draw = 0; draw < 10; ++draw) {
        out = trained(options, {1, 0, draw}, image);
        EXPECT_EQ(out, std::vector<float>(out.size(), out[0])) << height << " x " << width;
        EXPECT_NEAR(out[0], 77, 1e-3);
      }
      out = evaluated(options, image);
      EXPECT_EQ(out, std::vector<float>(out.size(), out[0])) << height << " x " << width;
    }
  }
}

TEST(EvaluationInput, LevelsAreNormalisedPerChannel) {
  TransformOptions options = options_of_levels(1, CropKind::pad_and_crop);
  options.mean = {0.485F, 0.456F, 0.406F};
  options.std = {0.229F, 0.224F, 0.225F};
  const std::vector<float> out = evaluated(options, {1, 1, {0, 128, 255}});
  EXPECT_NEAR(out[0], -0.485 / 0.229, 1e-6);
  EXPECT_NEAR(out[1], (128 / 255.0 - 0.456) / 0.224, 1e-6);
  EXPECT_NEAR(out[2], (1 - 0.406) / 0.225, 1e-6);
}

TEST(TrainingInput, SameKeyGivesSameBitsWhateverTheBuffersHeld) {
  const Image image = decode(read_golden("source.png"));
  TransformOptions options = options_of_levels(24, CropKind::random_resized);
  options.flip = true;
  options.color_jitter = {0.4, 0.4, 0.4};
  RenderBuffers used;
  std::set<std::vector<float>> seen;
  for (std::int64_t draw = 0; draw < 20; ++draw) {
    const View view = training_view(options, {7, 3, draw}, image.height, image.width);
    const std::vector<float> out = rendered(options, view, image, used);
    EXPECT_EQ(out, trained(options, {7, 3, draw}, image));
    seen.insert(out);
  }
  EXPECT_EQ(seen.size(), 20U);
  EXPECT_NE(trained(options, {7, 4, 0}, image), trained(options, {7, 3, 0}, image));
  EXPECT_NE(trained(options, {8, 3, 0}, image), trained(options, {7, 3, 0}, image));
}

TEST(TrainingInput, PadAndCropGivesEveryShiftEquallyOften) {
  // A white image of one colour a pixel tells its shift by where it went.
  constexpr int kSize = 5;
  constexpr int kPadding = 2;
  Image image{kSize, kSize, {}};
  for (int i = 0; i < kSize * kSize; ++i)
    image.pixels.insert(image.pixels.end(), {255, std::uint8_t(100 + i), 255});
  TransformOptions options = options_of_levels(kSize, CropKind::pad_and_crop);
  options.padding = kPadding;
  std::array<int, 25> shifts{};
  constexpr int kDraws = 10000;
  for (int draw = 0; draw < kDraws; ++draw) {
    const Image out = from_levels(trained(options, {1, 0, draw}, image), kSize);
    const int middle = out.pixels[(2 * kSize + 2) * 3 + 1] - 100;  // never padding
    const int top = middle / kSize - 2;
    const int left = middle % kSize - 2;
    ++shifts[(top + kPadding) * kSize + left + kPadding];
    ASSERT_EQ(largest_difference(out, cropped(image, {top, left, kSize, kSize})), 0);
  }
  for (const int count : shifts) EXPECT_NEAR(count, kDraws / 25.0, 5 * std::sqrt(kDraws / 25.0));
}

TEST(TrainingInput, PadAndCropFitsAnImageOfAnotherSizeFirst) {
  const Image image = decode(read_golden("source.png"));
  TransformOptions options = options_of_levels(20, CropKind::pad_and_crop);
  options.padding = 0;
  options.evaluation_resize = 20;
  EXPECT_EQ(trained(options, {1, 0, 0}, image), evaluated(options, image));
}

TEST(TrainingInput, HalfOfTheImagesAreMirrored) {
  const Image square = cropped(decode(read_golden("colour_444.jpg")), {0, 0, 13, 13});
  TransformOptions options = options_of_levels(13, CropKind::pad_and_crop);
  options.padding = 0;
  EXPECT_EQ(largest_difference(from_levels(trained(options, {1, 0, 0}, square), 13), square), 0);
  options.flip = true;
  int flipped = 0;
  constexpr int kDraws = 2000;
  for (int draw = 0; draw < kDraws; ++draw) {
    const Image out = from_levels(trained(options, {1, 0, draw}, square), 13);
    const bool is_mirrored = largest_difference(out, mirrored(square)) == 0;
    ASSERT_TRUE(is_mirrored || largest_difference(out, square) == 0);
    flipped += is_mirrored ? 1 : 0;
  }
  EXPECT_NEAR(flipped, kDraws / 2.0, 5 * std::sqrt(kDraws / 4.0));
}

TEST(TrainingInput, StepsAreDrawnAndAppliedAsDocumented) {
  const Image image = decode(read_golden("source.png"));
  TransformOptions options = options_of_levels(16, CropKind::random_resized);
  options.flip = true;
  options.color_jitter = {0.4, 0.3, 0.2};
  for (std::int64_t draw = 0; draw < 50; ++draw) {
    base::CounterRandom random(11, base::Stream::augmentation, 5, static_cast<std::uint64_t>(draw));
    const bool flip = random.uniform() < 0.5;
    const ColorJitter jitter = draw_color_jitter(options.color_jitter, random);
    const Box box = random_resized_box(image.height, image.width, random);
    Image expected = resampled(image, {box, 16, 16, {0, 0, 16, 16}});
    if (flip) expected = mirrored(expected);
    apply_color_jitter(jitter, expected.pixels);
    EXPECT_EQ(largest_difference(from_levels(trained(options, {11, 5, draw}, image), 16), expected), 0);
  }
}

}  // namespace
}  // namespace ltr::image
