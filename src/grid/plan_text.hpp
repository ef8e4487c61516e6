// SPDX-License-Identifier: Apache-2.0
// The plan for a person: what will be computed, in which order, and how much work it is.
#pragma once

#include <string>
#include <vector>

#include "config/configuration.hpp"
#include "config/plan.hpp"
#include "grid/inputs.hpp"

namespace ltr::grid {

/// Images that a node passes through the backbone.
struct Work {
  double trained = 0;    ///< forward and backward
  double frozen = 0;     ///< forward, to train what stands on it
  double evaluated = 0;  ///< forward alone

  /// Forward and backward count three.
  [[nodiscard]] double total() const { return 3 * trained + frozen + evaluated; }
};
[[nodiscard]] Work work_of(const config::PlanNode& node, const Inputs& inputs,
                           const config::Configuration& configuration);

/// Of every node, in the plan's order.
[[nodiscard]] std::vector<double> total_work(const config::Plan& plan, const Inputs& inputs,
                                             const config::Configuration& configuration);

/// Nodes in order with their share of the work and the cells they finish, after a line about data and ranks;
/// last, how groups of ranks would share them.
[[nodiscard]] std::string plan_text(const config::Plan& plan, const Inputs& inputs,
                                    const config::Configuration& configuration, int ranks);

}  // namespace ltr::grid
