// SPDX-License-Identifier: Apache-2.0
#include "image/crop.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"

namespace ltr::image {
namespace {

constexpr double kSmallestArea = 0.08;
constexpr double kLowestRatio = 3.0 / 4;
constexpr double kHighestRatio = 4.0 / 3;
constexpr int kTries = 10;

/// Half to even, as Python's round.
int round_to_int(double value) { return static_cast<int>(std::nearbyint(value)); }

int below(base::CounterRandom& random, int bound) {
  return static_cast<int>(random.below(static_cast<std::uint64_t>(bound)));
}

int centre_start(int whole, int size) {
  return whole < size ? -((size - whole) / 2) : round_to_int((whole - size) / 2.0);
}

}  // namespace

Box random_resized_box(int height, int width, base::CounterRandom& random) {
  const double area = static_cast<double>(height) * width;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const double target_area = area * random.uniform(kSmallestArea, 1);
    const double ratio = std::exp(random.uniform(std::log(kLowestRatio), std::log(kHighestRatio)));
    const int box_width = round_to_int(std::sqrt(target_area * ratio));
    const int box_height = round_to_int(std::sqrt(target_area / ratio));
    if (box_width < 1 || box_width > width || box_height < 1 || box_height > height) continue;
    const int top = below(random, height - box_height + 1);
    const int left = below(random, width - box_width + 1);
    return {top, left, box_height, box_width};
  }
  const double ratio = static_cast<double>(width) / height;
  const int box_height = ratio < kLowestRatio ? round_to_int(width / kLowestRatio) : height;
  const int box_width = ratio > kHighestRatio ? round_to_int(height * kHighestRatio) : width;
  return {(height - box_height) / 2, (width - box_width) / 2, box_height, box_width};
}

Box scaled_box(int height, int width, int shorter) {
  const auto longer = [shorter](int long_side, int short_side) {
    return static_cast<int>(std::int64_t{shorter} * long_side / short_side);
  };
  if (width < height) return {0, 0, longer(height, width), shorter};
  return {0, 0, shorter, longer(width, height)};
}

Box centre_box(const Box& whole, int size) {
  return {whole.top + centre_start(whole.height, size), whole.left + centre_start(whole.width, size), size,
          size};
}

Box intersection(const Box& a, const Box& b) {
  const int top = std::max(a.top, b.top);
  const int left = std::max(a.left, b.left);
  const int bottom = std::min(a.top + a.height, b.top + b.height);
  const int right = std::min(a.left + a.width, b.left + b.width);
  LTR_ENSURE(top < bottom && left < right);
  return {top, left, bottom - top, right - left};
}

}  // namespace ltr::image
