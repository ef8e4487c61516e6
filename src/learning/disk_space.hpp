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

/// Bytes that `nodes` write at most into their folder: weights that stay, and at one time the features of one
/// stage 1 and two checkpoints of one node (one is written beside the other). File headers are not counted.
[[nodiscard]] std::int64_t disk_space(const config::Configuration& configuration,
                                      std::span<const config::PlanNode* const> nodes, const DataSizes& data);

}  // namespace ltr::learning
