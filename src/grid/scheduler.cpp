// SPDX-License-Identifier: Apache-2.0
#include "grid/scheduler.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace ltr::grid {
namespace {

/// A plan that is played through in time. Ranks form crews of the larger group size; a crew works as one, or
/// its parts take nodes by themselves until none is ready, as the ranks of a run do.
class Play {
 public:
  Play(const config::Plan& plan, std::vector<std::size_t> nodes, const NodeCosts& costs,
       const config::GroupSizes& sizes, int ranks)
      : plan_(plan),
        costs_(costs),
        sizes_(sizes),
        whole_(std::max(sizes.stage_1, sizes.stage_2)),
        part_(std::min(sizes.stage_1, sizes.stage_2)),
        open_(std::move(nodes)),
        ranks_(ranks) {
    sort_longest_first(open_, costs_);
    for (const std::size_t node : open_)
      ends_[plan_.nodes[node].id] = std::numeric_limits<double>::infinity();
    crews_.resize(static_cast<std::size_t>(ranks / whole_),
                  std::vector<double>(static_cast<std::size_t>(whole_ / part_), 0.0));
  }

  Estimate run() {
    while (!open_.empty()) {
      auto& crew = *std::ranges::min_element(
          crews_, {}, [](const std::vector<double>& free) { return std::ranges::min(free); });
      take(crew);
    }
    double makespan = 0;
    for (const auto& [id, end] : ends_) makespan = std::max(makespan, end);
    return {makespan, makespan > 0 ? 1 - busy_ / (makespan * ranks_) : 0};
  }

 private:
  /// The crew's next node, or time passes for it.
  void take(std::vector<double>& free) {
    const double together = std::ranges::max(free);
    const bool in_step = std::ranges::min(free) == together;
    if (in_step) {
      if (const auto node = longest_ready(together, whole_)) {
        std::ranges::fill(free, start(*node, together, whole_));
        return;
      }
    }
    double& earliest = *std::ranges::min_element(free);
    if (part_ < whole_) {
      if (const auto node = longest_ready(earliest, part_)) {
        earliest = start(*node, earliest, part_);
        return;
      }
    }
    // Nothing to take: a part waits for the rest of its crew, and a crew for the next node that ends.
    if (!in_step) {
      earliest = together;
      return;
    }
    double next = std::numeric_limits<double>::infinity();
    for (const auto& [id, end] : ends_) {
      if (end > together) next = std::min(next, end);
    }
    std::ranges::fill(free, next);
  }

  std::optional<std::size_t> longest_ready(double now, int size) const {
    for (const std::size_t node : open_) {
      const config::PlanNode& candidate = plan_.nodes[node];
      if (group_size(sizes_, candidate.kind) != size) continue;
      const bool ready = std::ranges::all_of(candidate.needs, [&](const std::string& id) {
        const auto end = ends_.find(id);
        return end == ends_.end() || end->second <= now;
      });
      if (ready) return node;
    }
    return std::nullopt;
  }

  double start(std::size_t node, double now, int size) {
    std::erase(open_, node);
    busy_ += costs_.cost(node);
    return ends_[plan_.nodes[node].id] = now + costs_.cost(node) / size;
  }

  const config::Plan& plan_;
  const NodeCosts& costs_;
  config::GroupSizes sizes_;
  int whole_;
  int part_;
  std::vector<std::size_t> open_;           ///< longest first
  std::map<std::string, double> ends_;      ///< infinite: not started
  std::vector<std::vector<double>> crews_;  ///< when each part of each crew is free
  double busy_ = 0;
  int ranks_;
};

}  // namespace

int group_size(const config::GroupSizes& sizes, config::NodeKind kind) {
  return kind == config::NodeKind::stage_1 ? sizes.stage_1 : sizes.stage_2;
}

NodeCosts::NodeCosts(const config::Plan& plan, std::vector<double> work)
    : work_(std::move(work)), rates_(config::kNodeKinds) {
  for (const config::PlanNode& node : plan.nodes) kinds_.push_back(node.kind);
}

void NodeCosts::measured(std::size_t node, const record::NodeTime& time) {
  Rate& rate = rates_[static_cast<std::size_t>(kinds_[node])];
  rate.work += work_[node] * time.share;
  rate.rank_seconds += static_cast<double>(time.ranks) * time.seconds;
}

double NodeCosts::cost(std::size_t node) const {
  const auto per_work = [](const Rate& rate) { return rate.work > 0 ? rate.rank_seconds / rate.work : 0; };
  if (const double own = per_work(rates_[static_cast<std::size_t>(kinds_[node])]); own > 0) {
    return work_[node] * own;
  }
  Rate all;
  for (const Rate& rate : rates_) {
    all.work += rate.work;
    all.rank_seconds += rate.rank_seconds;
  }
  return work_[node] * (per_work(all) > 0 ? per_work(all) : 1);
}

void sort_longest_first(std::vector<std::size_t>& nodes, const NodeCosts& costs) {
  std::ranges::sort(nodes, [&](std::size_t a, std::size_t b) {
    return std::pair(-costs.cost(a), a) < std::pair(-costs.cost(b), b);
  });
}

Elapsed elapsed(std::span<const record::NodeTime> times) {
  if (times.empty()) return {};
  double first_s = times.front().after_s;
  double last_s = first_s;
  Elapsed sum;
  for (const record::NodeTime& time : times) {
    first_s = std::min(first_s, time.after_s);
    last_s = std::max(last_s, time.after_s + time.seconds);
    sum.busy_s += time.seconds * static_cast<double>(time.ranks);
  }
  sum.makespan_s = last_s - first_s;
  return sum;
}

Estimate estimate(const config::Plan& plan, const std::vector<std::size_t>& nodes, const NodeCosts& costs,
                  const config::GroupSizes& sizes, int ranks) {
  return Play(plan, nodes, costs, sizes, ranks).run();
}

}  // namespace ltr::grid
