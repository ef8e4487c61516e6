// SPDX-License-Identifier: Apache-2.0
// Published values beside measured ones: which stand in a table, whether a cell may be judged by one (same
// split, same recipe, same weights to start from), and the verdict.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "report/published.hpp"
#include "report/results.hpp"
#include "report/table.hpp"
#include "report/tables.hpp"

namespace ltr::report {

/// In what cells differ from what a published row was measured on.
class Mismatch {
 public:
  /// A difference that is said as it is.
  void add(std::string clause);
  /// A key of the recipe. Points of fidelity are said in one clause where there are several.
  void add(const config::KeyText& here, const std::string& published);
  /// Takes what is not said yet.
  void add(const Mismatch& other);

  [[nodiscard]] bool empty() const { return clauses_.empty() && fidelity_.empty(); }
  /// One clause each.
  [[nodiscard]] std::vector<std::string> clauses() const;

 private:
  struct Point {
    config::KeyText here;
    std::string published;
  };
  std::vector<std::string> clauses_;
  std::vector<Point> fidelity_;
};

/// Everything in which the cell differs from what the row was measured on; empty if it may be judged. Keys
/// that do not matter to the cell's sampling and strategy are not compared. Paper: section 5.1 and appendix A
/// have the recipes; differs: where the authors' code does not follow them, the code counts.
[[nodiscard]] Mismatch mismatch_of(const Cell& cell, const PublishedRow& row);

/// A published row that may stand in a table.
struct EligibleRow {
  const PublishedRow* row = nullptr;
  bool given = false;      ///< by the user, not the program's own
  bool adds_axes = false;  ///< whether it has a row and a column of its own where ours has none
};

/// The rows that fit the kind and the data of `runs`: the program's own in the order of the kind's tables,
/// then those of `given`.
[[nodiscard]] std::vector<EligibleRow> eligible_rows(const TableKind& kind,
                                                     const std::vector<const RunView*>& runs,
                                                     std::span<const PublishedRow> given);

/// Puts published values into a table, with verdicts, and remembers why it could give none.
class PublishedComparison {
 public:
  /// `band`: points within which two accuracies agree.
  PublishedComparison(Table& table, double band) : table_(table), band_(band) {}

  /// Puts the row's value beside `cell`, which `ours` were measured for, unless a value of the same source is
  /// there already.
  void add(TableCell& cell, std::span<const Cell* const> ours, const PublishedRow& row);

  /// What the table should say of the verdicts, put into its facts and notes.
  void explain();

 private:
  [[nodiscard]] std::size_t source_of(const PublishedRow& row);

  Table& table_;
  double band_;
  std::vector<std::string> authors_;  ///< of each source, without the table
  std::vector<Mismatch> reasons_;     ///< of each source, why it judges nothing
};

}  // namespace ltr::report
