// SPDX-License-Identifier: Apache-2.0
// What a run keeps on disk: the record, and beside it a folder of finished nodes, weights and checkpoints.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "config/configuration.hpp"
#include "config/plan.hpp"
#include "grid/inputs.hpp"
#include "grid/journal.hpp"
#include "grid/lease.hpp"
#include "record/record.hpp"

namespace ltr::grid {

/// Where things stand for an output path.
struct Paths {
  explicit Paths(const config::Configuration& configuration);
  std::filesystem::path output;  ///< the record
  std::filesystem::path folder;  ///< "<output>.parts"
};

/// The record of an earlier run of the same configuration, complete or not; nothing if there is none.
/// Throws: ConfigError naming the differing keys if the output holds something else.
[[nodiscard]] std::optional<record::RunRecord> find_run(const config::Configuration& configuration);

/// find_run's, if it is complete.
/// Throws: ConfigError naming the differing keys or packs if the output holds something else.
[[nodiscard]] std::optional<record::RunRecord> find_complete_run(
    const config::Configuration& configuration, const std::map<std::string, std::string>& data_hashes);

/// The output of a run in progress: claimed by a lease while it lives. Used by rank 0 alone.
class Workspace {
 public:
  /// Creates the folder, or takes up what an earlier run of the same configuration left in it; a node whose
  /// file is damaged counts as unfinished.
  /// Throws: ConfigError if another run holds it or another configuration began it; SystemError if it cannot
  /// be written or its file system has no room for what the unfinished nodes write. On failure nothing new is
  /// left behind.
  /// `journal` is of this configuration's plan and folder, and must outlive this; groups: of ranks at work at
  /// a time.
  Workspace(const config::Configuration& configuration, const config::Plan& plan, const Journal& journal,
            const Inputs& inputs, std::int64_t groups, base::Log& log);
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  /// The nodes that are not finished, in the plan's order.
  [[nodiscard]] std::vector<const config::PlanNode*> unfinished() const;
  /// All finished nodes, in the plan's order, into `run`, which comes with everything else filled in; cells
  /// of failed nodes are entered as such. Writes the record; removes the nodes' files if nothing failed.
  void merge(record::RunRecord& run) const;

 private:
  void set_damaged_nodes_aside(base::Log& log) const;

  const config::Plan* plan_;
  const Journal* journal_;
  Paths paths_;
  std::optional<Lease> lease_;
};

}  // namespace ltr::grid
