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
#include "grid/lease.hpp"
#include "record/record.hpp"

namespace ltr::grid {

/// Where things stand for an output path.
struct Paths {
  explicit Paths(const config::Configuration& configuration);
  std::filesystem::path output;                                           ///< the record
  std::filesystem::path folder;                                           ///< "<output>.parts"
  [[nodiscard]] std::filesystem::path node(const std::string& id) const;  ///< a finished node's record
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
  /// `plan` is the configuration's and must outlive this.
  Workspace(const config::Configuration& configuration, const config::Plan& plan, const Inputs& inputs,
            base::Log& log);
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  /// The nodes still to be computed, in the plan's order.
  [[nodiscard]] std::vector<const config::PlanNode*> unfinished() const;
  /// Stores what a node has left behind; its checkpoint has served, and with the last node of a stage 1 the
  /// features that they shared.
  void finish(const config::PlanNode& node, const record::NodeRecord& record) const;
  /// All finished nodes, in the plan's order, into `run`, which comes with everything else filled in; cells
  /// of nodes in `errors` (by node id) are entered as failed. Writes the record; removes the nodes' files if
  /// nothing failed.
  void merge(const std::map<std::string, std::string>& errors, record::RunRecord& run) const;

 private:
  [[nodiscard]] bool finished(const config::PlanNode& node) const;
  void remove_damaged_nodes(base::Log& log) const;
  void remove_shared_features(const config::PlanNode& node) const;

  const config::Plan* plan_;
  Paths paths_;
  std::optional<Lease> lease_;
};

}  // namespace ltr::grid
