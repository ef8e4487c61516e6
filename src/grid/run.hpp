// SPDX-License-Identifier: Apache-2.0
// One start of a run, from the first node that is left to the merged record.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/stopwatch.hpp"
#include "config/plan.hpp"
#include "grid/inputs.hpp"
#include "grid/journal.hpp"
#include "grid/placement.hpp"
#include "grid/run_folder.hpp"
#include "grid/runner.hpp"
#include "grid/worker_group.hpp"
#include "learning/node.hpp"

namespace ltr::grid {

/// What a start is to do.
struct RunRequest {
  NodeFilter nodes = NodeFilter::unfinished;
  learning::Limits limits = {};
};

/// What its constructor is given must outlive it. Collective: every function, all ranks.
class Run {
 public:
  /// Claims the output and says where the run is. Throws: as RunFolder; ConfigError if nothing has failed
  /// that is to be tried again.
  Run(const ProcessContext& process, const config::Configuration& configuration, const Inputs& inputs,
      const Placement& placement, const RunRequest& request);

  /// Computes the nodes and merges the record. Throws: as WorkerGroup::work, but for SystemError.
  [[nodiscard]] Outcome compute();

 private:
  /// What came of the run.
  enum class State : char { complete, failures, unfinished };

  void claim_output();
  void choose_nodes();
  [[nodiscard]] Job job() const;
  [[nodiscard]] Outcome merge();
  [[nodiscard]] State merge_on_rank_0(record::RunRecord& run);
  void summarise(record::Schedule& schedule) const;
  [[nodiscard]] record::RunRecord description() const;

  const ProcessContext& process_;
  comm::Group world_;
  const config::Configuration& configuration_;
  const Inputs& inputs_;
  const Placement& placement_;
  RunRequest request_;
  config::Plan plan_;
  Journal journal_;
  LeaseMark lease_;
  base::Stopwatch since_start_;
  std::map<std::string, std::string> environment_;
  std::optional<RunFolder> folder_;  ///< rank 0 alone
  std::vector<std::size_t> nodes_;   ///< of the plan, for this start
};

}  // namespace ltr::grid
