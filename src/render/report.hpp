// SPDX-License-Identifier: Apache-2.0
// Everything that is printed of results: for the screen, for a paper, for a program.
#pragma once

#include <string>
#include <vector>

#include "render/pictures.hpp"
#include "report/results.hpp"
#include "report/table_builder.hpp"

namespace ltr::render {

enum class Format { text, markdown, csv, latex, html };

/// What to print.
struct Request {
  Format format = Format::text;
  std::vector<std::string> tables{};  ///< by name; empty: those that suit the records
  report::TableOptions options{};
  Illustrations illustrations{};  ///< html only
};

/// Mean and sample standard deviation over seeds of every row and column, published values and verdicts
/// beside them, then differences between strategies, and what failed or is missing. csv without named tables:
/// one line a cell, of any records. html: one page of all tables, with the illustrations. Several records
/// become one table if they differ only in what does not change the method (seeds, the part of the grid,
/// places, threads) or in what the table tells apart. Throws: ConfigError if the records cannot stand in one
/// table, naming the keys that differ, or hold a cell twice with other weights (with the same ones, as of
/// runs on several numbers of ranks, it counts once); if a table, a key or an accuracy of the request does
/// not exist; if strategies are to be compared with one in tables that compare none. Paper: figure 1, tables
/// 1 to 4.
[[nodiscard]] std::string print(const report::Results& results, const Request& request);

/// The tables by name, one line each.
[[nodiscard]] std::string list_tables();

}  // namespace ltr::render
