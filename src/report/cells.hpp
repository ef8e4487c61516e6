// SPDX-License-Identifier: Apache-2.0
// The cells of several records as one list, what is missing included.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/enums.hpp"
#include "metric/accuracy.hpp"
#include "record/record.hpp"
#include "report/alike.hpp"
#include "report/run_view.hpp"

namespace ltr::report {

enum class CellStatus { complete, failed, missing };

/// One cell that a configuration asks for.
struct Cell {
  const RunView* view = nullptr;
  const record::CellRecord* record = nullptr;  ///< nullptr if missing
  std::string id;
  std::uint64_t seed = 0;
  config::SamplingKind sampling = config::SamplingKind::instance_balanced;
  config::LearningKind learning = config::LearningKind::joint;
  CellStatus status = CellStatus::missing;
  metric::GroupAccuracy accuracy;  ///< on the test set, if complete
};

/// All cells that the configurations of `views` ask for or their records hold, by sampling, learning, seed in
/// the order of the enumerators. Refers to `views`.
[[nodiscard]] std::vector<Cell> cells_of(const std::vector<RunView>& views);

/// Likewise of records that check_alike allows, each cell once where several hold it or ask for it: the
/// first record's that has it.
[[nodiscard]] std::vector<Cell> distinct_cells_of(const std::vector<RunView>& views, const Apart& apart);

/// Those of cells_of but for complete ones that an earlier record of the same recipe and data holds too, with
/// the same weights and counts.
[[nodiscard]] std::vector<Cell> listed_cells_of(const std::vector<RunView>& views);

/// The epoch whose weights a complete cell has: of stage 2, or of stage 1 where stage 2 trains nothing; -1 if
/// none was chosen.
[[nodiscard]] std::int64_t best_epoch(const Cell& cell);

/// What a reader should know of how the cell was chosen: "tau chosen on test"; "" if nothing.
[[nodiscard]] std::string_view remark_of(const Cell& cell);

/// "complete", "missing", or "failed: " with the reason.
[[nodiscard]] std::string status_of(const Cell& cell);

}  // namespace ltr::report
