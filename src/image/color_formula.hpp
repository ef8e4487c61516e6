// SPDX-License-Identifier: Apache-2.0
// What colour jitter does to one pixel, in PIL's arithmetic: for the processor's plain loops and for a GPU.
#pragma once

#include <cstdint>

#include "base/host_device.hpp"

namespace ltr::image {

// ITU-R 601's weights of red, green and blue in 16-bit fixed point.
inline constexpr int kRed = 19595;
inline constexpr int kGreen = 38470;
inline constexpr int kBlue = 7471;
inline constexpr int kLumaBits = 16;
inline constexpr int kLumaHalf = 1 << (kLumaBits - 1);

/// Rounded to a level.
LTR_HOST_DEVICE inline int luma(int red, int green, int blue) {
  return (red * kRed + green * kGreen + blue * kBlue + kLumaHalf) >> kLumaBits;
}

/// `factor` of a value and the rest of `plain`, cut off to a grey level.
LTR_HOST_DEVICE inline std::uint8_t blend(int plain, int value, float factor) {
  const float mixed = static_cast<float>(plain) + factor * static_cast<float>(value - plain);
  return static_cast<std::uint8_t>(mixed < 0.0F ? 0.0F : mixed > 255.0F ? 255.0F : mixed);
}

/// The level nearest to the mean of `count` lumas that add up to `sum`.
LTR_HOST_DEVICE inline int mean_luma(std::int64_t sum, std::int64_t count) {
  return static_cast<int>(static_cast<double>(sum) / static_cast<double>(count) + 0.5);
}

}  // namespace ltr::image
