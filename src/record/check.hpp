// SPDX-License-Identifier: Apache-2.0
// Whether what a record says can be: each value by itself, and beside the others.
#pragma once

#include <cstddef>
#include <filesystem>

#include "config/plan.hpp"
#include "record/record.hpp"

namespace ltr::record {

/// Counts against totals and confusion, totals between cells, ids against the plan of the configuration,
/// numbers against their ranges, calibration and tau sweep against the counts.
/// Throws: DataError naming `path`, the data set or attribute in it, its value and what contradicts it.
void check_run(const RunRecord& run, const std::filesystem::path& path);

/// The same of what `node` has left behind, for a data set of `classes` classes. Throws: as check_run.
void check_node(const NodeRecord& record, const config::PlanNode& node, std::size_t classes,
                const std::filesystem::path& path);

}  // namespace ltr::record
