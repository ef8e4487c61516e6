// SPDX-License-Identifier: Apache-2.0
#include "image/kernels.hpp"

#include <functional>
#include <vector>

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include "base/random.hpp"
#include "image/color_kernels.hpp"

namespace ltr::image {
namespace {

/// Calls `test` once for each kind of vector instructions that this processor has.
void for_each_target(const std::function<void()>& test) {
  std::vector<std::int64_t> targets;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) targets.push_back(target);
  ASSERT_FALSE(targets.empty());
  for (const std::int64_t target : targets) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    test();
  }
  hwy::SetSupportedTargetsForTest(0);
}

std::vector<std::uint8_t> random_levels(std::size_t count) {
  base::CounterRandom random(5, base::Stream::test);
  std::vector<std::uint8_t> levels(count);
  for (std::uint8_t& level : levels) level = static_cast<std::uint8_t>(random.below(256));
  return levels;
}

/// `outputs` outputs of up to `taps` random weights whose sum is 1, over `inputs` inputs.
AxisFilter random_filter(int inputs, int outputs, int taps) {
  base::CounterRandom random(7, base::Stream::test);
  AxisFilter filter;
  filter.taps = taps;
  for (int i = 0; i < outputs; ++i) {
    const int count = 1 + static_cast<int>(random.below(static_cast<std::uint64_t>(taps)));
    filter.count.push_back(count);
    filter.first.push_back(static_cast<int>(random.below(static_cast<std::uint64_t>(inputs - count + 1))));
    std::int32_t rest = 1 << kWeightBits;
    for (int tap = 0; tap < taps; ++tap) {
      const bool last = tap + 1 == count;
      const auto part =
          last ? rest : static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(rest) + 1));
      filter.weights.push_back(tap < count ? part : 0);
      rest -= filter.weights.back();
    }
  }
  return filter;
}

TEST(Kernels, RowsAreResampledAsPlainly) {
  for (const int taps : {1, 2, 4, 5, 9}) {
    for (const int outputs : {1, 3, 16, 37}) {
      constexpr int kInputs = 41;
      constexpr std::size_t kCount = 7;  // no multiple of what goes together
      AxisFilter filter = random_filter(kInputs, outputs, taps);
      split_weights(filter);
      const std::vector<std::uint8_t> levels = random_levels(kCount * 3 * kInputs);
      const std::size_t stride = 3 * static_cast<std::size_t>(outputs) + 1;
      std::vector<std::uint8_t> expected(kCount * stride);
      for (std::size_t row = 0; row < kCount; ++row) {
        plain::resample_row(&levels[row * 3 * kInputs], filter, &expected[row * stride]);
      }
      for_each_target([&] {
        std::vector<std::uint8_t> out(kCount * stride);
        resample_rows(
            {.begin = levels.data(), .stride = 3 * kInputs, .count = kCount, .readable = levels.size()},
            filter, out.data(), stride);
        for (std::size_t row = 0; row < kCount; ++row)
          out[row * stride + stride - 1] = 0;  // may hold anything
        EXPECT_EQ(out, expected) << taps << " taps, " << outputs << " outputs";
      });
    }
  }
}

TEST(Kernels, RowsAreBlendedAsPlainly) {
  for (const std::size_t width : {1U, 15U, 96U, 131U}) {
    for (const int taps : {1, 3, 6}) {
      const AxisFilter filter = random_filter(taps, 1, taps);
      const std::span weights(filter.weights.data(), static_cast<std::size_t>(filter.count[0]));
      const std::size_t stride = width + 3;
      const std::vector<std::uint8_t> levels = random_levels(stride * static_cast<std::size_t>(taps));
      std::vector<std::uint8_t> expected(width);
      plain::blend_rows(levels.data(), stride, weights, 0, expected);
      for_each_target([&] {
        std::vector<std::uint8_t> out(width);
        blend_rows(levels.data(), stride, weights, out);
        EXPECT_EQ(out, expected) << taps << " taps, " << width << " levels";
      });
    }
  }
}

TEST(Kernels, LevelsAreScaledAsPlainly) {
  const std::array<float, 3> scale{0.017F, 0.0175F, 0.0174F};
  const std::array<float, 3> shift{-2.1F, -2.0F, -1.8F};
  for (const std::size_t pixels : {1U, 31U, 64U, 333U}) {
    const std::vector<std::uint8_t> levels = random_levels(3 * pixels);
    std::vector<float> expected(3 * pixels);
    plain::scale_levels(levels, scale, shift, 0, expected);
    for_each_target([&] {
      std::vector<float> out(3 * pixels);
      scale_levels(levels, scale, shift, out);
      EXPECT_EQ(out, expected) << pixels << " pixels";
    });
  }
}

TEST(Kernels, ColoursAreMixedAsPlainly) {
  for (const std::size_t pixels : {0, 1, 3, 16, 50, 224 * 224}) {
    const std::vector<std::uint8_t> levels = random_levels(3 * pixels);
    for_each_target([&] {
      EXPECT_EQ(sum_of_luma(levels), plain::sum_of_luma(levels, 0));
      for (const float factor : {0.0F, 0.6F, 0.99999F, 1.23456F, 1.4F, 7.0F}) {
        std::vector<std::uint8_t> mixed = levels;
        std::vector<std::uint8_t> expected = levels;
        blend_with_luma(factor, mixed);
        plain::blend_with_luma(factor, 0, expected);
        EXPECT_EQ(mixed, expected) << pixels << " pixels, " << factor;
        for (const int level : {0, 117, 255}) {
          mixed = expected = levels;
          blend_with_level(level, factor, mixed);
          plain::blend_with_level(level, factor, 0, expected);
          EXPECT_EQ(mixed, expected) << pixels << " pixels, " << factor << ", " << level;
        }
      }
    });
  }
}

}  // namespace
}  // namespace ltr::image
