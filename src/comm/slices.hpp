// SPDX-License-Identifier: Apache-2.0
// A bucket cut into one slice a rank, which that rank adds. For this room's sources only.
#pragma once

#include <algorithm>
#include <cstddef>

namespace ltr::comm {

/// Part of a bucket. Units: floats.
struct Slice {
  std::size_t begin = 0;
  std::size_t size = 0;
};

/// The slice of `rank` in a bucket of `size` floats; lengths differ by at most one.
[[nodiscard]] inline Slice slice_of(std::size_t size, int ranks, int rank) {
  const auto count = static_cast<std::size_t>(ranks);
  const auto r = static_cast<std::size_t>(rank);
  return {r * (size / count) + std::min(r, size % count), size / count + (r < size % count ? 1 : 0)};
}

/// Where the partial sum of another rank lies among those of the R - 1 others of `own`.
[[nodiscard]] inline std::size_t row_of(int rank, int own) {
  return static_cast<std::size_t>(rank < own ? rank : rank - 1);
}

}  // namespace ltr::comm
