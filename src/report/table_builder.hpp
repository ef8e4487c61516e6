// SPDX-License-Identifier: Apache-2.0
// A table of some records, by its kind.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/published.hpp"
#include "report/results.hpp"
#include "report/table.hpp"
#include "report/tables.hpp"

namespace ltr::report {

/// What a user asks of a table.
struct TableOptions {
  std::vector<PublishedRow> published{};       ///< more rows than the program's own
  double band = 1.5;                           ///< points within which two accuracies agree
  std::vector<std::string> by{};               ///< keys of the configuration that tell records apart
  std::optional<std::string> difference_of{};  ///< the accuracy in which strategies are compared; empty: all
  /// The strategy that the others are compared with; empty: joint, or the first where there is no joint.
  std::optional<config::LearningKind> against{};
};

/// Throws: ConfigError if the records are not of the table's data, cannot stand in one table, hold a cell
/// with several weights, or a key of `by` or the accuracy does not exist.
[[nodiscard]] Table make_table(const TableKind& kind, const Results& results, const TableOptions& options);

}  // namespace ltr::report
