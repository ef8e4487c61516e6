// SPDX-License-Identifier: Apache-2.0
// A table before it becomes text: ours, published values and verdicts by row and column.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "metric/bootstrap.hpp"
#include "metric/statistics.hpp"
#include "report/published.hpp"
#include "report/results.hpp"

namespace ltr::report {

/// How a mean over seeds stands to a published value; none where the two do not compare.
enum class Verdict { none, inside, outside, too_few_seeds };

/// A published value beside a cell.
struct PublishedValue {
  double percent = 0;
  PublishedStatus status = PublishedStatus::printed;
  std::size_t source = 0;  ///< in Table::sources
  Verdict verdict = Verdict::none;
};

/// The cells that a number is made of, one a seed; they belong to the results.
using CellList = std::vector<const Cell*>;

/// One row's value in one column.
struct TableCell {
  metric::Summary ours;  ///< over seeds, in percent; n = 0 where nothing was measured
  CellList cells;
  std::string remark;  ///< what a reader should know of ours; may be ""
  std::vector<PublishedValue> published;
};

struct TableRow {
  std::vector<std::string> labels;  ///< one for each of Table::label_names
  std::size_t seeds = 0;            ///< complete ones, the most of any column
  std::vector<TableCell> cells;     ///< one for each of Table::columns
};

/// What two strategies differ by on the same seeds.
struct Difference {
  std::vector<std::string> labels;           ///< where, one for each of Table::difference_names but the last
  std::string pair;                          ///< "crt - joint"
  std::string remark;                        ///< what a reader should know of either; may be ""
  metric::Summary by_seed;                   ///< of the differences of the seeds, in points
  CellList cells;                            ///< of the first of the two
  std::optional<double> probability;         ///< of chance alone, corrected for all differences of the table
  std::optional<metric::Interval> test_set;  ///< of the difference, test images drawn anew
  bool shown = false;
};

/// Everything that a table says.
struct Table {
  std::string name;
  std::string title;
  std::vector<std::string> facts;  ///< what the numbers stand on: groups, seeds, validation
  std::vector<std::string> label_names;
  std::vector<std::string> columns;
  std::vector<TableRow> rows;
  std::vector<std::string> sources;           ///< of the published values
  std::vector<std::string> difference_names;  ///< empty where strategies are not compared
  std::string difference_title;
  std::vector<Difference> differences;
  std::vector<std::string> defects;  ///< what is missing or damaged in the packs
  std::vector<std::string> notes;    ///< verdicts that cannot be given, and why
  std::vector<std::string> gaps;     ///< failed and missing cells, with the reason
};

}  // namespace ltr::report
