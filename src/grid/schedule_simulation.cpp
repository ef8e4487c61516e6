// SPDX-License-Identifier: Apache-2.0
#include "grid/schedule_simulation.hpp"

#include <algorithm>

#include "grid/policy.hpp"

namespace ltr::grid {
namespace {

/// Groups that take nodes, from one end of a node to the next.
class ScheduleSimulation {
 public:
  ScheduleSimulation(const config::Plan& plan, const std::vector<std::size_t>& nodes, const NodeCosts& costs,
                     const config::GroupSizes& sizes, int ranks)
      : policy_(plan, nodes, sizes),
        needs_(needs_of(plan)),
        costs_(costs),
        ranks_(ranks),
        statuses_(plan.nodes.size(), NodeStatus{.finished = true}),
        groups_(static_cast<std::size_t>(ranks / policy_.whole_size())) {
    for (const std::size_t node : nodes) statuses_[node].finished = false;
    for (Group& group : groups_) {
      group.parts.resize(static_cast<std::size_t>(policy_.whole_size() / policy_.part_size()));
    }
  }

  Estimate run() {
    for (;;) {
      follow_needs(needs_, statuses_);
      for (Group& group : groups_) move_on(group);
      if (running_.empty()) break;
      now_ = std::ranges::min_element(running_, {}, &Running::end)->end;
      std::erase_if(running_, [this](const Running& running) {
        if (running.end == now_) statuses_[running.node].finished = true;
        return running.end == now_;
      });
    }
    return {now_, now_ > 0 ? 1 - busy_ / (now_ * ranks_) : 0};
  }

 private:
  struct Running {
    std::size_t node = 0;
    double end = 0;
  };
  struct Part {
    double free_at = 0;
    bool waits_for_others = false;
  };
  struct Group {
    std::vector<Part> parts;
    bool apart = false;
  };

  /// All that `group` does without time passing.
  void move_on(Group& group) {
    for (;;) {
      if (group.apart) {
        for (Part& part : group.parts) move_on(part);
        group.apart = !std::ranges::all_of(group.parts, &Part::waits_for_others);
      }
      if (group.apart || group.parts.front().free_at > now_) return;
      const Decision decision = policy_.next(policy_.whole_size(), statuses_, costs_);
      group.apart = decision.kind == Decision::Kind::go_apart;
      const double end = decision.kind == Decision::Kind::take ? take(decision, policy_.whole_size()) : now_;
      std::ranges::fill(group.parts, Part{.free_at = end});
      if (decision.kind != Decision::Kind::take && !group.apart) return;
    }
  }

  void move_on(Part& part) {
    while (!part.waits_for_others && part.free_at <= now_) {
      const Decision decision = policy_.next(policy_.part_size(), statuses_, costs_);
      part.waits_for_others = decision.kind != Decision::Kind::take;
      if (!part.waits_for_others) part.free_at = take(decision, policy_.part_size());
    }
  }

  /// When it will be finished.
  double take(const Decision& decision, int size) {
    statuses_[decision.node].claimed = true;
    busy_ += costs_.cost(decision.node);
    return running_.emplace_back(decision.node, now_ + costs_.cost(decision.node) / size).end;
  }

  Policy policy_;
  Needs needs_;
  const NodeCosts& costs_;
  int ranks_;
  std::vector<NodeStatus> statuses_;
  std::vector<Group> groups_;
  std::vector<Running> running_;
  double now_ = 0;
  double busy_ = 0;
};

}  // namespace

Estimate estimate(const config::Plan& plan, const std::vector<std::size_t>& nodes, const NodeCosts& costs,
                  const config::GroupSizes& sizes, int ranks) {
  return ScheduleSimulation(plan, nodes, costs, sizes, ranks).run();
}

}  // namespace ltr::grid
