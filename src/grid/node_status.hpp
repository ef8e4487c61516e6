// SPDX-License-Identifier: Apache-2.0
// What has become of the nodes of a plan.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "config/plan.hpp"

namespace ltr::grid {

struct NodeStatus {
  bool claimed = false;
  bool finished = false;
  bool failed = false;         ///< by itself, or because of one that it needs
  bool to_be_retried = false;  ///< it, or one that it needs, failed in an earlier start; not finished since
  bool ready = false;          ///< neither finished nor failed, and all that it needs is finished
};

/// By node, the places in the plan of those that it needs, which stand before it.
using Needs = std::vector<std::vector<std::size_t>>;
[[nodiscard]] Needs needs_of(const config::Plan& plan);

/// Of statuses that say of each node alone whether it is claimed, finished, failed or to be retried: what
/// follows for those that need it, and which are ready. Shape: a node of the plan each.
void follow_needs(const Needs& needs, std::span<NodeStatus> statuses);

}  // namespace ltr::grid
