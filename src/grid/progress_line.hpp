// SPDX-License-Identifier: Apache-2.0
// The live line: where the run is and how long it still takes.
#pragma once

#include <string>

#include "base/stopwatch.hpp"
#include "config/plan.hpp"
#include "train/loop.hpp"

namespace ltr::grid {

/// Turns a loop's progress into one line; time left follows from the work done since this run began.
class ProgressLine {
 public:
  /// total_work, in the units of work_of, over all nodes still to do.
  explicit ProgressLine(double total_work) : total_work_(total_work) {}

  /// number: 1 for the plan's first node, of `count`.
  void begin_node(const config::PlanNode& node, std::size_t number, std::size_t count, double work);
  void end_node();
  [[nodiscard]] std::string line(const train::Progress& progress) const;

 private:
  double total_work_ = 0;
  double done_work_ = 0;
  double node_work_ = 0;
  std::string title_;
  base::Stopwatch since_start_;
};

}  // namespace ltr::grid
