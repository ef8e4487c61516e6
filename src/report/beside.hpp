// SPDX-License-Identifier: Apache-2.0
// Published values beside the cells of a table, with verdicts; for the sources of this room only.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "report/cells.hpp"
#include "report/comparable.hpp"
#include "report/make_table.hpp"
#include "report/published.hpp"
#include "report/table_kind.hpp"
#include "report/table_model.hpp"

namespace ltr::report {

/// A published row that may stand in a table.
struct EligibleRow {
  const PublishedRow* row = nullptr;
  bool given = false;        ///< by the user, not the program's own
  bool makes_place = false;  ///< whether it has a row and a column of its own where ours has none
};

/// The rows that fit the kind and the data of `views`: those of `options` first, then the program's own in
/// the order of the kind's tables.
[[nodiscard]] std::vector<EligibleRow> eligible_rows(const TableKind& kind,
                                                     std::span<const RunView* const> views,
                                                     const TableOptions& options);

/// Gives verdicts and remembers why it could not.
class Judge {
 public:
  Judge(Table& table, double band) : table_(table), band_(band) {}

  /// Puts the row's value beside `cell`, which `ours` were measured for, unless a value of the same source is
  /// there already.
  void put(TableCell& cell, std::span<const Cell* const> ours, const PublishedRow& row);

  /// What the table should say of the verdicts, put into its facts and notes.
  void explain();

 private:
  [[nodiscard]] std::size_t source_of(const PublishedRow& row);

  Table& table_;
  double band_;
  std::vector<std::string> authors_;    ///< of each source, without the table
  std::vector<FromPublished> reasons_;  ///< of each source, why it judges nothing
};

}  // namespace ltr::report
