// SPDX-License-Identifier: Apache-2.0
// Which records one table may hold, and which may be averaged.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "config/enums.hpp"
#include "report/run_view.hpp"

namespace ltr::report {

/// Keys that may differ where the same method is trained on the same data: seeds, the part of the grid,
/// places, threads. `key` may be followed by more text.
[[nodiscard]] bool changes_no_method(std::string_view key);

/// What keeps records apart in a table.
struct Apart {
  std::span<const std::string> keys;  ///< that its rows or columns tell apart
  bool by_data = false;               ///< whether they tell data sets apart
};

/// What the rows and columns of a table say of a record.
[[nodiscard]] std::vector<std::string> place_of(const RunView& view, const Apart& apart);

/// What makes two cells of one method the same one, whatever they are called.
using CellKey = std::tuple<std::uint64_t, config::SamplingKind, config::LearningKind>;
[[nodiscard]] CellKey key_of(const record::CellRecord& cell);

/// Whether two records of one cell agree: complete, with the same weights and the same counts of test images.
/// On any number of ranks they do.
[[nodiscard]] bool are_one(const record::CellRecord& a, const record::CellRecord& b);

/// Throws: ConfigError if records differ in more than `apart`, naming the differing keys, or if two that
/// `apart` does not distinguish are of other data or hold the same cell with other weights or counts.
void check_alike(const std::vector<RunView>& views, const Apart& apart);

}  // namespace ltr::report
