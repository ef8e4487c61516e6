// SPDX-License-Identifier: Apache-2.0
// Whether one strategy is better than another: differences of the same seeds, with what seeds and test images
// leave uncertain.
#pragma once

#include "report/table_builder.hpp"

namespace ltr::report {

/// Adds to `table` every strategy of `set` minus the one they are compared with, wherever both have
/// complete cells of a seed. A difference is shown if it has at least three seeds, its probability by chance,
/// Holm-corrected over the table, is below 5 %, and its mean lies outside the band. Throws: ConfigError if
/// options.difference_of is no accuracy.
void add_differences(Table& table, const TableKind& kind, const ResultSet& set, const TableOptions& options);

}  // namespace ltr::report
