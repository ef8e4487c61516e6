// SPDX-License-Identifier: Apache-2.0
#include "grid/policy.hpp"

#include <algorithm>
#include <utility>

namespace ltr::grid {

int group_size(const config::GroupSizes& sizes, config::NodeKind kind) {
  return kind == config::NodeKind::stage_1 ? sizes.stage_1 : sizes.stage_2;
}

Policy::Policy(const config::Plan& plan, std::vector<std::size_t> nodes, const config::GroupSizes& sizes)
    : nodes_(std::move(nodes)),
      needs_(needs_of(plan)),
      whole_size_(std::max(sizes.stage_1, sizes.stage_2)),
      part_size_(std::min(sizes.stage_1, sizes.stage_2)) {
  std::ranges::sort(nodes_);
  for (const config::PlanNode& node : plan.nodes) sizes_.push_back(group_size(sizes, node.kind));
}

Decision Policy::next(int size, std::span<const NodeStatus> statuses, const NodeCosts& costs) const {
  if (const auto node = longest_ready(size, statuses, costs)) return {Decision::Kind::take, *node};
  if (size < whole_size_) return {Decision::Kind::come_together};
  if (part_size_ < size && longest_ready(part_size_, statuses, costs)) return {Decision::Kind::go_apart};
  return {any_can_be_finished(statuses) ? Decision::Kind::wait : Decision::Kind::done};
}

std::optional<std::size_t> Policy::longest_ready(int size, std::span<const NodeStatus> statuses,
                                                 const NodeCosts& costs) const {
  std::optional<std::size_t> longest;
  for (const std::size_t node : nodes_) {
    if (sizes_[node] != size || !statuses[node].ready || statuses[node].claimed) continue;
    if (!longest || costs.cost(node) > costs.cost(*longest)) longest = node;
  }
  return longest;
}

bool Policy::any_can_be_finished(std::span<const NodeStatus> statuses) const {
  std::vector<bool> can_be(statuses.size());
  for (std::size_t i = 0; i < can_be.size(); ++i) can_be[i] = statuses[i].finished;
  // What a node needs stands before it.
  bool any = false;
  for (const std::size_t node : nodes_) {
    if (statuses[node].finished || statuses[node].failed) continue;
    can_be[node] = std::ranges::all_of(needs_[node], [&](std::size_t need) { return can_be[need]; });
    any = any || can_be[node];
  }
  return any;
}

}  // namespace ltr::grid
