// SPDX-License-Identifier: Apache-2.0
// Which node a free group of ranks takes next, and what that comes to over a whole plan.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "config/plan.hpp"
#include "config/toml.hpp"
#include "record/record.hpp"

namespace ltr::grid {

/// Ranks that work on a node of this kind.
[[nodiscard]] int group_size(const config::GroupSizes& sizes, config::NodeKind kind);

/// What nodes cost, in the order of the plan: first by the images they pass through the backbone, and as soon
/// as some are done, by the time that nodes of their kind took. Units: arbitrary until the first node is
/// measured, then seconds of one rank.
class NodeCosts {
 public:
  /// work: by node of `plan`, see work_of.
  NodeCosts(const config::Plan& plan, std::vector<double> work);

  void measured(std::size_t node, const record::NodeTime& time);
  [[nodiscard]] double cost(std::size_t node) const;

 private:
  struct Rate {
    double work = 0;
    double rank_seconds = 0;
  };
  std::vector<config::NodeKind> kinds_;
  std::vector<double> work_;
  std::vector<Rate> rates_;  ///< by kind
};

/// The candidates, the longest first; of equal ones the plan's first.
void sort_longest_first(std::vector<std::size_t>& nodes, const NodeCosts& costs);

/// How long nodes took: from the first one's start to the last one's end, by the clock that nobody sets, and
/// in rank-seconds. 0 for none. Units: seconds.
struct Elapsed {
  double makespan_s = 0;
  double busy_s = 0;
};
[[nodiscard]] Elapsed elapsed(std::span<const record::NodeTime> times);

/// How long groups would take for `nodes`, which are indices into the plan.
struct Estimate {
  double makespan = 0;    ///< in the costs' units, divided by ranks
  double idle_share = 0;  ///< of the ranks' time in it
};

/// Plays the plan through: every free group takes the longest node that is ready. Nodes that are needed but
/// not among `nodes` count as finished.
[[nodiscard]] Estimate estimate(const config::Plan& plan, const std::vector<std::size_t>& nodes,
                                const NodeCosts& costs, const config::GroupSizes& sizes, int ranks);

}  // namespace ltr::grid
