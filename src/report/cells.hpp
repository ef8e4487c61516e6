// SPDX-License-Identifier: Apache-2.0
// The cells of several records as one list, what is missing included.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/enums.hpp"
#include "metric/accuracy.hpp"
#include "record/record.hpp"

namespace ltr::report {

enum class CellStatus { complete, failed, missing };

/// One cell that a configuration asks for.
struct Cell {
  const record::RunRecord* run = nullptr;
  std::string id;
  std::uint64_t seed = 0;
  config::SamplingKind sampling = config::SamplingKind::instance_balanced;
  config::LearningKind learning = config::LearningKind::joint;
  CellStatus status = CellStatus::missing;
  std::string error;               ///< of a failed cell
  metric::GroupAccuracy accuracy;  ///< on the test set, if complete
  std::int64_t best_epoch = -1;    ///< of stage 2, or of stage 1 where stage 2 trains nothing
  std::optional<double> tau;       ///< of tau_normalized
  std::string weights_digest;
};

/// All cells that the configurations of `runs` ask for or their records hold, by sampling, learning, seed in
/// the order of the enumerators. Refers to `runs`.
[[nodiscard]] std::vector<Cell> cells_of(const std::vector<record::RunRecord>& runs);

/// Throws: ConfigError if a mean over the cells of `runs` would mix different methods or data, or count a
/// cell twice.
void check_alike(const std::vector<record::RunRecord>& runs);

}  // namespace ltr::report
