// SPDX-License-Identifier: Apache-2.0
// What a pack holds, in a few numbers.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "data/pack.hpp"
#include "metric/shots.hpp"

namespace ltr::data {

/// Headers are read of this many images at most, for an image is read whole.
inline constexpr std::int64_t kChromaImages = 1000;

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
  Resolution smallest{};                       ///< least height and least width
  Resolution largest{};                        ///< greatest height and greatest width
  std::map<std::string, std::int64_t> chroma;  ///< images looked at by how they store colour
  std::int64_t chroma_images = 0;              ///< looked at: all, or kChromaImages spread over the pack
};

/// Throws: DataError if an image looked at is damaged.
[[nodiscard]] PackStatistics statistics_of(const Pack& pack, const metric::ShotLimits& limits);

/// A few lines for a person.
[[nodiscard]] std::string describe(const Pack& pack, const PackStatistics& statistics,
                                   const metric::ShotLimits& limits);

}  // namespace ltr::data
