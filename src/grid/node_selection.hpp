// SPDX-License-Identifier: Apache-2.0
// Which nodes of the plan a start computes.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "config/plan.hpp"
#include "grid/node_status.hpp"

namespace ltr::grid {

/// Those that are neither finished nor failed; or those that failed in earlier starts, with what needs them.
enum class NodeFilter { unfinished, failed };

/// By their places in the plan, rising; of the failed ones with what they need, which may have been set aside
/// as damaged. Shape: statuses [a node of the plan each].
[[nodiscard]] std::vector<std::size_t> select_nodes(const config::Plan& plan,
                                                    std::span<const NodeStatus> statuses, NodeFilter filter);

}  // namespace ltr::grid
