// SPDX-License-Identifier: Apache-2.0
// What the numbers of a table are of, in sentences.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/results.hpp"
#include "report/tables.hpp"

namespace ltr::report {

/// The words joined, at most the first `most` of them: "a; b; and 98 more".
[[nodiscard]] std::string listed(std::span<const std::string> words, std::string_view separator,
                                 std::size_t most);

[[nodiscard]] std::string title_of(const TableKind& kind, const ResultSet& set);

/// Groups of classes, seeds, what served as validation.
[[nodiscard]] std::vector<std::string> facts_of(const TableKind& kind, const ResultSet& set);

/// What is missing or damaged in the packs of any record, each sentence once.
[[nodiscard]] std::vector<std::string> defects_of(const ResultSet& set);

/// Failed and missing cells with the reason, one sentence each; of many the first ones, and how many more.
[[nodiscard]] std::vector<std::string> gaps_of(const ResultSet& set);

}  // namespace ltr::report
