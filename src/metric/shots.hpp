// SPDX-License-Identifier: Apache-2.0
// Many-, medium- and few-shot classes, by training images.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace ltr::metric {

enum class Shot { many, medium, few };

/// > many_above: many; < few_below: few; the rest medium (both limits are medium).
struct ShotLimits {
  std::int64_t many_above = 100;
  std::int64_t few_below = 20;
};

[[nodiscard]] std::string_view name_of(Shot shot);

/// Shape: training counts [K] -> [K].
[[nodiscard]] std::vector<Shot> shots_of(std::span<const std::int64_t> class_counts,
                                         const ShotLimits& limits);

}  // namespace ltr::metric
