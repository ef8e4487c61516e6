// SPDX-License-Identifier: Apache-2.0
// Cutting a long-tailed training list out of a larger one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/list.hpp"

namespace ltr::data {

/// Which class gets the largest count, the next one, ...: by label; by images in the list, most first (of
/// equal ones the lower label); or shuffled by the seed.
enum class ClassOrder { label, size, random };

/// `counts` (in falling order) dealt to the classes of `list`. Shape: [K] -> [K], in label order.
[[nodiscard]] std::vector<std::int64_t> deal_counts(const ImageList& list, std::vector<std::int64_t> counts,
                                                    ClassOrder order, std::uint64_t seed);

/// counts[j] images of class j, chosen by (seed, j) among the list's, which keep their order. The same list
/// and seed give the same subset everywhere, and smaller counts a part of what larger counts give.
/// Throws: ConfigError naming the class with the largest shortfall, or where counts are not one a class.
[[nodiscard]] std::vector<PackEntry> cut_subset(const ImageList& list, std::span<const std::int64_t> counts,
                                                std::uint64_t seed);

/// Images of each class. Shape: [K].
[[nodiscard]] std::vector<std::int64_t> count_images(const ImageList& list);

}  // namespace ltr::data
