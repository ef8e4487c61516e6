// SPDX-License-Identifier: Apache-2.0
// The plan for a person: what will be computed, in which order, and how much work it is.
#pragma once

#include <string>

#include "config/configuration.hpp"
#include "config/plan.hpp"
#include "grid/inputs.hpp"

namespace ltr::grid {

/// Nodes in order with their share of the work and the cells they finish, after a line about data and ranks;
/// last, how groups of ranks would share them.
[[nodiscard]] std::string plan_text(const config::Plan& plan, const Inputs& inputs,
                                    const config::Configuration& configuration, int ranks);

}  // namespace ltr::grid
