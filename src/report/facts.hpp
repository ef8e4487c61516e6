// SPDX-License-Identifier: Apache-2.0
// What a table's numbers stand on, in sentences; for the sources of this room only.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/cells.hpp"
#include "report/run_view.hpp"
#include "report/table_kind.hpp"

namespace ltr::report {

/// The words joined, at most the first `most` of them: "a; b; and 98 more".
[[nodiscard]] std::string listed(std::span<const std::string> words, std::string_view separator,
                                 std::size_t most);

[[nodiscard]] std::string title_of(const TableKind& kind, std::span<const RunView* const> views);

/// Groups of classes, seeds, what served as validation.
[[nodiscard]] std::vector<std::string> facts_of(const TableKind& kind, std::span<const RunView* const> views,
                                                std::span<const Cell> cells);

/// What is missing or damaged in the packs of any record, each sentence once.
[[nodiscard]] std::vector<std::string> holes_of(std::span<const RunView* const> views);

/// Failed and missing cells with the reason, one sentence each; of many the first ones, and how many more.
[[nodiscard]] std::vector<std::string> gaps_of(std::span<const Cell> cells);

}  // namespace ltr::report
