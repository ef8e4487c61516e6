// SPDX-License-Identifier: Apache-2.0
// Ranks that take nodes of the plan, one after another, until none is left.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "comm/group.hpp"
#include "config/configuration.hpp"
#include "config/plan.hpp"
#include "config/toml.hpp"
#include "grid/heartbeat.hpp"
#include "grid/inputs.hpp"
#include "grid/journal.hpp"
#include "grid/progress_line.hpp"
#include "grid/scheduler.hpp"
#include "learning/node.hpp"

namespace ltr::grid {

/// What all crews of a run work on.
struct Job {
  const config::Configuration& configuration;
  const Inputs& inputs;
  const config::Plan& plan;
  const Journal& journal;
  const LeaseMark& lease;
  std::vector<std::size_t> nodes;  ///< of the plan, to be computed in this start
  learning::Limits limits;
  base::Stopwatch since_start;
};

/// The ranks of the larger group size of a run; they work on a node together or, for nodes of the smaller
/// size, in equal parts. Crews know of each other by the journal alone.
class Crew {
 public:
  /// Cuts `world` into crews and makes this rank's. The log speaks on every rank; the live line is rank 0's
  /// of the world. Collective: all of `world`.
  Crew(const comm::Group& world, const Job& job, base::Log& log);

  /// Takes the longest node that is ready, again and again, until all are finished or failed, those of other
  /// crews too. A failed node is noted in the journal, and so are those that need it.
  /// Throws: Stopped after a checkpoint; ConfigError or SystemError if the run cannot go on; the other crews
  /// are asked to stop then. LostRanks if a crew that this one waits for is silent, or a rank of it has
  /// failed where the others cannot learn of it. Collective: all ranks of the crew.
  void work();
  /// Whether ranks, of this crew or others, are at work on a node. Throws: LostRanks if they are silent.
  [[nodiscard]] bool others_at_work() const;

 private:
  /// Ranks that take a node together, and what they take.
  struct Ranks {
    comm::Group group;
    int first_rank = 0;  ///< in the world
    int size = 1;        ///< group size of the nodes they take
  };
  enum class Next : std::int64_t { wait = -1, parts = -2, done = -3 };

  [[nodiscard]] std::int64_t next_of(const Ranks& ranks);
  [[nodiscard]] std::int64_t choose(const Ranks& ranks);
  [[nodiscard]] std::int64_t take_longest(const Ranks& ranks, const std::vector<Standing>& standings);
  [[nodiscard]] bool can_be_taken(std::size_t node, int size, const Standing& standing) const;
  [[nodiscard]] bool all_done(const std::vector<Standing>& standings) const;
  void take_all_ready(const Ranks& ranks);
  void compute(const Ranks& ranks, std::size_t node);
  void compute_or_fail(const Ranks& ranks, std::size_t node);
  void learn_times(const std::vector<Standing>& standings);
  [[nodiscard]] bool stop_requested(const Ranks& ranks);
  [[nodiscard]] int size_of(std::size_t node) const;

  const Job& job_;
  base::Log& log_;
  bool shows_progress_ = false;
  config::GroupSizes sizes_;
  int crews_ = 1;
  Ranks whole_;
  Ranks part_;
  std::vector<double> work_;  ///< by node of the plan
  NodeCosts costs_;
  std::vector<bool> measured_;  ///< by node of the plan
  ProgressLine line_;
  base::Stopwatch since_stop_look_;
  mutable SilenceWatch silence_;  ///< of others' claims
};

}  // namespace ltr::grid
