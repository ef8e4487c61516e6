// SPDX-License-Identifier: Apache-2.0
// The live line: where the run is and how long it still takes.
#pragma once

#include <optional>
#include <string>

#include "base/stopwatch.hpp"
#include "config/plan.hpp"
#include "learning/node.hpp"
#include "train/loop.hpp"

namespace ltr::grid {

/// Turns the progress of a loop or a pass into one line; time left follows from the work done since this run
/// began.
class ProgressLine {
 public:
  /// total_work, in the units of work_of, over all nodes still to do.
  explicit ProgressLine(double total_work) : total_work_(total_work) {}

  /// number: 1 for the plan's first node, of `count`.
  void begin_node(const config::PlanNode& node, std::size_t number, std::size_t count, double work);
  void end_node();
  [[nodiscard]] std::string line(const train::Progress& progress);
  /// Of this node's work, what this run did, or will have done.
  [[nodiscard]] double own_share() const { return 1 - share_at_start_.value_or(0); }
  [[nodiscard]] std::string line(const learning::PassProgress& progress) const;

 private:
  double total_work_ = 0;
  double done_work_ = 0;
  double node_work_ = 0;
  std::optional<double> share_at_start_;  ///< of this node's work, done by an earlier run
  double skipped_work_ = 0;               ///< likewise, over all nodes
  std::string title_;
  base::Stopwatch since_start_;
};

}  // namespace ltr::grid
