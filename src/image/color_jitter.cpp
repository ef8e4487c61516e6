// SPDX-License-Identifier: Apache-2.0
#include "image/color_jitter.hpp"

#include <algorithm>

#include "image/color_formula.hpp"
#include "image/color_kernels.hpp"

namespace ltr::image {
namespace {

int mean_grey(std::span<const std::uint8_t> pixels) {
  return mean_luma(sum_of_luma(pixels), static_cast<std::int64_t>(pixels.size() / 3));
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
        blend_with_level(mean_grey(pixels), factor, pixels);
        break;
      default:
        blend_with_luma(factor, pixels);
    }
  }
}

}  // namespace ltr::image
