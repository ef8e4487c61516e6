// SPDX-License-Identifier: Apache-2.0
// Images that lie in two packs, or twice in one: a test image seen in training measures memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/pack.hpp"

namespace ltr::data {

/// Images of pack `second` whose bytes are also in pack `first` (the same pack: earlier in it).
struct IdenticalImages {
  std::size_t first = 0;
  std::size_t second = 0;  ///< >= first
  std::int64_t images = 0;
  std::int64_t other_class = 0;  ///< of these, those that no identical image of `first` has the class of
  std::string example_first;     ///< paths of one pair
  std::string example_second;
};

/// Pairs of packs that share images, by first and second; compared by CRC-32 and size, then by bytes, so that
/// only candidates are read. Throws: DataError if one is damaged.
[[nodiscard]] std::vector<IdenticalImages> find_identical(std::span<const Pack> packs);

/// Lines for a person.
[[nodiscard]] std::string describe(std::span<const Pack> packs, std::span<const IdenticalImages> found);

}  // namespace ltr::data
