// SPDX-License-Identifier: Apache-2.0
// Which records one table may hold, which may be averaged, and what each key of a configuration means for
// that.
#pragma once

#include <string_view>
#include <vector>

#include "report/results.hpp"

namespace ltr::report {

/// Whether a published recipe that has another value of the key keeps this cell from a verdict. Not so of
/// keys that change no method, that published recipes leave open, or that matter to cells of other methods
/// alone.
[[nodiscard]] bool decides_verdict(std::string_view key, const Cell& cell);

/// Throws: ConfigError if records differ in more than `by` tells apart, naming the differing keys, or if two
/// of one group are of other data or hold the same cell with other weights or counts.
void check_compatible(const std::vector<const RunView*>& runs, const GroupBy& by);

/// All cells but for complete ones that an earlier record of the same recipe and data holds too, with the
/// same weights and counts, as of runs on several numbers of ranks.
[[nodiscard]] std::vector<const Cell*> cells_once(const Results& results);

}  // namespace ltr::report
