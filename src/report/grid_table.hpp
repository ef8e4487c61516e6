// SPDX-License-Identifier: Apache-2.0
// The table's parts, before they become text; for the sources of this room only.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metric/accuracy.hpp"
#include "report/cells.hpp"

namespace ltr::report {

/// A column of accuracies.
struct AccuracyColumn {
  std::string_view name;
  std::optional<double> metric::GroupAccuracy::* member;
};

inline constexpr std::array<AccuracyColumn, 5> kAccuracyColumns{{
    {"many", &metric::GroupAccuracy::many},
    {"medium", &metric::GroupAccuracy::medium},
    {"few", &metric::GroupAccuracy::few},
    {"all", &metric::GroupAccuracy::all},
    {"balanced", &metric::GroupAccuracy::balanced},
}};

/// The mean over seeds of one strategy on one sampling.
struct Row {
  std::string_view learning;
  std::size_t seeds = 0;  ///< complete ones
  std::array<std::string, kAccuracyColumns.size()>
      accuracy;  ///< "48.1 +- 0.4", or "-" where nothing was measured
};

struct Block {
  std::string_view sampling;
  std::vector<Row> rows;
};

/// Everything that the table says.
struct GridTable {
  std::string title;
  std::vector<std::string> facts;  ///< what the numbers stand on: groups, seeds, validation
  std::vector<Block> blocks;
  std::vector<std::string> gaps;  ///< failed and missing cells, with the reason
};

[[nodiscard]] GridTable grid_table(const std::vector<record::RunRecord>& runs);

[[nodiscard]] std::string to_text(const GridTable& table);
[[nodiscard]] std::string to_markdown(const GridTable& table);
/// One line a cell below a line of names; RFC 4180 but for line ends, which are "\n".
[[nodiscard]] std::string to_csv(const std::vector<Cell>& cells);

}  // namespace ltr::report
