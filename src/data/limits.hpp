// SPDX-License-Identifier: Apache-2.0
// What a set may have at most: beyond every published one, and little enough to be counted in memory.
#pragma once

#include <cstdint>

namespace ltr::data {

inline constexpr std::int32_t kMostClasses = 10'000'000;
inline constexpr std::int64_t kMostImages = 1'000'000'000;

}  // namespace ltr::data
