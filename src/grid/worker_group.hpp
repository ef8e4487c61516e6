// SPDX-License-Identifier: Apache-2.0
// Ranks that take nodes of the plan, one after another, until none is left.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/stopwatch.hpp"
#include "comm/group.hpp"
#include "config/configuration.hpp"
#include "config/plan.hpp"
#include "grid/heartbeat.hpp"
#include "grid/journal.hpp"
#include "grid/look_times.hpp"
#include "grid/policy.hpp"
#include "grid/progress_line.hpp"
#include "grid/work.hpp"
#include "learning/node.hpp"

namespace ltr::grid {

/// What a group gives to the computation of a node.
struct NodeTask {
  const config::PlanNode& node;
  comm::Group group;
  std::function<void(const train::Progress&)> progress;
  std::function<void(const learning::PassProgress&)> pass_progress;
  std::function<bool()> stop_requested;
  std::function<void(const std::string&)> warn;
};

/// What all groups of a run work on.
struct Job {
  const config::Configuration& configuration;
  const config::Plan& plan;
  const Journal& journal;
  std::vector<std::size_t> nodes;  ///< of the plan, to be computed in this start
  std::vector<double> work;        ///< by node of the plan, see total_work
  /// Throws: Stopped after a checkpoint; another Error when the node fails, the same on every rank of the
  /// group. Collective: all ranks of the group.
  std::function<record::NodeRecord(const NodeTask&)> compute;
  std::function<bool()> stop_requested;  ///< of this process, by a signal
  base::Stopwatch since_start;
};

/// The ranks of the larger group size of a run; they work on a node together or, for nodes of the smaller
/// size, in equal parts, as Policy says. Worker groups know of each other by the journal alone.
class WorkerGroup {
 public:
  /// Cuts `world` into groups and makes this rank's. The log speaks on every rank; the live line is rank 0's
  /// of the world. Collective: all of `world`.
  WorkerGroup(const comm::Group& world, const Job& job, base::Log& log);

  /// Takes nodes until all are finished or failed, those of other groups too. A failed node is noted in the
  /// journal, and so are those that need it. While a group waits its first rank reads the run's folder, see
  /// LookTimes; the others wait for its word.
  /// Throws: Stopped after a checkpoint; ConfigError or SystemError if the run cannot go on; the other groups
  /// are asked to stop then. CommunicationError if a group that this one waits for is silent, or a rank of it
  /// has failed where the others cannot learn of it. Collective: all ranks of the group.
  void work();
  /// For those that wait for ranks of this group or of others: whether some are at work on a node. One rank
  /// of a group reads the run's folder every few seconds; each other one not before it has waited for half
  /// the stall timeout. Throws: CommunicationError if those at work are silent.
  [[nodiscard]] bool others_at_work();

 private:
  /// Ranks that take a node together, and what they take.
  struct Ranks {
    comm::Group group;
    int first_rank = 0;  ///< in the world
    int size = 1;        ///< group size of the nodes they take

    [[nodiscard]] std::string name() const;
  };

  [[nodiscard]] Decision next_of(const Ranks& ranks);
  [[nodiscard]] Decision decide(const Ranks& ranks);
  void take_all_ready(const Ranks& ranks);
  void compute(const Ranks& ranks, std::size_t node);
  void compute_or_fail(const Ranks& ranks, std::size_t node);
  [[nodiscard]] record::NodeRecord computed(const Ranks& ranks, const config::PlanNode& node);
  void learn_times(const std::vector<NodeStatus>& statuses);
  void begin_to_wait();
  [[nodiscard]] bool any_at_work(const std::vector<NodeStatus>& statuses);
  [[nodiscard]] bool stop_requested(const Ranks& ranks);

  const Job& job_;
  base::Log& log_;
  Policy policy_;
  bool shows_progress_ = false;
  bool alone_ = false;  ///< no other group or part is at work
  Ranks whole_;
  Ranks part_;
  NodeCosts costs_;
  std::vector<bool> measured_;  ///< by node of the plan
  ProgressLine line_;
  LookTimes look_times_;
  base::Stopwatch since_stop_look_;
  base::Stopwatch since_look_at_others_;
  bool others_were_at_work_ = true;
  SilenceWatch silence_;  ///< of others' claims
};

}  // namespace ltr::grid
