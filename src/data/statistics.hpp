// SPDX-License-Identifier: Apache-2.0
// What a pack holds, in a few numbers.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "data/pack.hpp"
#include "metric/shots.hpp"

namespace ltr::data {

/// Sizes of a pack. Classes without images count in `classes` and `empty_classes` alone.
struct PackStatistics {
  std::int64_t images = 0;
  std::int32_t classes = 0;
  std::int32_t empty_classes = 0;
  std::int64_t largest_class = 0;
  std::int64_t smallest_class = 0;             ///< of those with images
  std::array<std::int64_t, 3> shot_classes{};  ///< many, medium, few
  std::array<std::int64_t, 3> shot_images{};   ///< many, medium, few
  std::uint64_t image_bytes = 0;
  Resolution smallest{};  ///< least height and least width
  Resolution largest{};   ///< greatest height and greatest width
};

[[nodiscard]] PackStatistics statistics_of(const Pack& pack, const metric::ShotLimits& limits);

/// A few lines for a person.
[[nodiscard]] std::string describe(const Pack& pack, const PackStatistics& statistics,
                                   const metric::ShotLimits& limits);

}  // namespace ltr::data
