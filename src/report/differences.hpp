// SPDX-License-Identifier: Apache-2.0
// Whether one strategy is better than another: differences of the same seeds, with what seeds and test images
// leave uncertain; for the sources of this room only.
#pragma once

#include <span>

#include "report/cells.hpp"
#include "report/make_table.hpp"
#include "report/table_kind.hpp"
#include "report/table_model.hpp"

namespace ltr::report {

/// Adds to `table` every strategy of `cells` minus the one they are compared with, wherever both have
/// complete cells of a seed. A difference is shown if it has at least three seeds, its probability by chance,
/// Holm-corrected over the table, is below 5 %, and its mean lies outside the band. Throws: ConfigError if
/// options.difference_of is no accuracy.
void add_differences(Table& table, const TableKind& kind, std::span<const Cell> cells,
                     const TableOptions& options);

}  // namespace ltr::report
