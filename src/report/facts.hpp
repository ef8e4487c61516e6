// SPDX-License-Identifier: Apache-2.0
// What a table's numbers stand on, in sentences; for the sources of this room only.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "report/cells.hpp"
#include "report/run_view.hpp"
#include "report/table_kind.hpp"

namespace ltr::report {

[[nodiscard]] std::string title_of(const TableKind& kind, std::span<const RunView* const> views);

/// Groups of classes, seeds, what served as validation.
[[nodiscard]] std::vector<std::string> facts_of(const TableKind& kind, std::span<const RunView* const> views,
                                                std::span<const Cell> cells);

/// Failed and missing cells with the reason, one sentence each.
[[nodiscard]] std::vector<std::string> gaps_of(std::span<const Cell> cells);

}  // namespace ltr::report
