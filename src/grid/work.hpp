// SPDX-License-Identifier: Apache-2.0
// How much work nodes are, and what that costs on the machine at hand.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "config/configuration.hpp"
#include "config/plan.hpp"
#include "grid/inputs.hpp"
#include "record/record.hpp"

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

/// How long nodes took: from the first one's start to the last one's end, by the clock that nobody sets, and
/// in rank-seconds. 0 for none. Units: seconds.
struct Elapsed {
  double makespan_s = 0;
  double busy_s = 0;
};
[[nodiscard]] Elapsed elapsed(std::span<const record::NodeTime> times);

}  // namespace ltr::grid
