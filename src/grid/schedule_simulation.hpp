// SPDX-License-Identifier: Apache-2.0
// What the policy comes to over a whole plan.
#pragma once

#include <cstddef>
#include <vector>

#include "config/plan.hpp"
#include "config/toml.hpp"
#include "grid/work.hpp"

namespace ltr::grid {

/// How long groups would take for some nodes.
struct Estimate {
  double makespan = 0;    ///< in the costs' units, divided by ranks
  double idle_share = 0;  ///< of the ranks' time in it
};

/// Plays the plan through: every free group does as Policy says. nodes: by their places in the plan; those
/// that are needed but not among them count as finished.
[[nodiscard]] Estimate estimate(const config::Plan& plan, const std::vector<std::size_t>& nodes,
                                const NodeCosts& costs, const config::GroupSizes& sizes, int ranks);

}  // namespace ltr::grid
