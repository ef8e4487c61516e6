// SPDX-License-Identifier: Apache-2.0
#include "image/color_jitter.hpp"

#include <algorithm>

namespace ltr::image {
namespace {

/// ITU-R 601 luma in 16-bit fixed point.
int luma(const std::uint8_t* pixel) {
  return (pixel[0] * 19595 + pixel[1] * 38470 + pixel[2] * 7471 + 0x8000) >> 16;
}

/// `factor` of `value` and the rest of `plain`, cut off to a grey level.
std::uint8_t blend(int plain, int value, float factor) {
  const float mixed = static_cast<float>(plain) + factor * static_cast<float>(value - plain);
  return static_cast<std::uint8_t>(std::clamp(mixed, 0.0F, 255.0F));
}

void blend_with_level(int level, float factor, std::span<std::uint8_t> pixels) {
  std::array<std::uint8_t, 256> mixed;
  for (int value = 0; value < 256; ++value) mixed[value] = blend(level, value, factor);
  for (std::uint8_t& value : pixels) value = mixed[value];
}

int mean_luma(std::span<const std::uint8_t> pixels) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < pixels.size(); i += 3) sum += luma(&pixels[i]);
  const std::size_t count = pixels.size() / 3;
  return static_cast<int>(static_cast<double>(sum) / static_cast<double>(count) + 0.5);
}

void blend_with_grey(float factor, std::span<std::uint8_t> pixels) {
  for (std::size_t i = 0; i < pixels.size(); i += 3) {
    std::uint8_t* pixel = &pixels[i];
    const int grey = luma(pixel);
    for (int channel = 0; channel < 3; ++channel) pixel[channel] = blend(grey, pixel[channel], factor);
  }
}

}  // namespace

ColorJitter draw_color_jitter(const std::array<double, 3>& strengths, base::CounterRandom& random) {
  static constexpr std::array<std::array<int, 3>, 6> kOrders{
      {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}};
  ColorJitter jitter;
  for (std::size_t i = 0; i < strengths.size(); ++i) {
    jitter.factors[i] = static_cast<float>(random.uniform(std::max(0.0, 1 - strengths[i]), 1 + strengths[i]));
  }
  jitter.order = kOrders[random.below(kOrders.size())];
  return jitter;
}

void apply_color_jitter(const ColorJitter& jitter, std::span<std::uint8_t> pixels) {
  for (const int adjustment : jitter.order) {
    const float factor = jitter.factors[adjustment];
    if (factor == 1) continue;
    switch (adjustment) {
      case 0:
        blend_with_level(0, factor, pixels);
        break;
      case 1:
        blend_with_level(mean_luma(pixels), factor, pixels);
        break;
      default:
        blend_with_grey(factor, pixels);
    }
  }
}

}  // namespace ltr::image
