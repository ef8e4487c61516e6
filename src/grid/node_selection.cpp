// SPDX-License-Identifier: Apache-2.0
#include "grid/node_selection.hpp"

#include <ranges>

namespace ltr::grid {

std::vector<std::size_t> select_nodes(const config::Plan& plan, std::span<const NodeStatus> statuses,
                                      NodeFilter filter) {
  const Needs needs = needs_of(plan);
  std::vector<bool> selected(statuses.size());
  // What a node needs stands before it.
  for (const std::size_t i : std::views::iota(std::size_t{0}, statuses.size()) | std::views::reverse) {
    const NodeStatus& node = statuses[i];
    if (node.finished) continue;
    const bool asked_for = filter == NodeFilter::failed ? node.failed || node.to_be_retried : !node.failed;
    selected[i] = selected[i] || asked_for;
    if (!selected[i] || filter == NodeFilter::unfinished) continue;
    for (const std::size_t need : needs[i]) selected[need] = !statuses[need].finished;
  }
  std::vector<std::size_t> nodes;
  for (std::size_t i = 0; i < selected.size(); ++i) {
    if (selected[i]) nodes.push_back(i);
  }
  return nodes;
}

}  // namespace ltr::grid
