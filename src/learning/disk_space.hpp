// SPDX-License-Identifier: Apache-2.0
// What a run writes beside its record, known before it starts.
#pragma once

#include <cstdint>
#include <span>

#include "config/configuration.hpp"
#include "config/plan.hpp"

namespace ltr::learning {

/// The data set as far as it decides sizes.
struct DataSizes {
  std::int64_t classes = 0;            ///< K
  std::int64_t evaluation_images = 0;  ///< of validation and test together
};

/// Bytes that `nodes` write at most into their folder: weights that stay, the features of every stage 1 that
/// others stand on, and the checkpoints of as many nodes as groups of ranks work at a time, with one more
/// each that is written beside those that are kept. File headers are not counted.
[[nodiscard]] std::int64_t disk_space(const config::Configuration& configuration,
                                      std::span<const config::PlanNode* const> nodes, const DataSizes& data,
                                      std::int64_t groups = 1);

}  // namespace ltr::learning
