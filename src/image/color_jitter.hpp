// SPDX-License-Identifier: Apache-2.0
// Brightness, contrast and saturation in random order, in PIL's arithmetic.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/random.hpp"

namespace ltr::image {

/// Factors 1 change nothing. `order` lists the adjustments (0 brightness, 1 contrast, 2 saturation) as
/// applied.
struct ColorJitter {
  std::array<float, 3> factors{1, 1, 1};
  std::array<int, 3> order{0, 1, 2};
};

/// Factors uniform in [max(0, 1 - strength), 1 + strength]; draws brightness, contrast, saturation, order,
/// also where a strength is 0.
[[nodiscard]] ColorJitter draw_color_jitter(const std::array<double, 3>& strengths,
                                            base::CounterRandom& random);

/// Mixes the image with black, with its mean grey and with its grey version.
/// Shape: pixels [N, 3].
void apply_color_jitter(const ColorJitter& jitter, std::span<std::uint8_t> pixels);

}  // namespace ltr::image
