// SPDX-License-Identifier: Apache-2.0
// What a run keeps on disk: the record, and beside it a folder of finished nodes, weights and checkpoints.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
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
#include "grid/notes.hpp"
#include "record/record.hpp"

namespace ltr::grid {

/// Where things stand for an output path.
struct RunPaths {
  explicit RunPaths(const config::Configuration& configuration);
  std::filesystem::path output;  ///< the record
  std::filesystem::path folder;  ///< "<output>.parts"
};

/// Where the run's files go: that they can be written there, and that no name is too long for the file
/// system. Nothing is left behind. Throws: ConfigError with the path, the reason and the remedy.
void check_output(const config::Configuration& configuration, const config::Plan& plan);

/// What a start brings along.
struct Start {
  std::int64_t groups = 1;              ///< of ranks at work at a time
  std::vector<std::string> processors;  ///< the kinds that it computes on
  bool on_gpus = false;
  std::function<bool()> stop_requested = {};
};

/// The output of a run in progress: claimed by a lease while it lives. Used by rank 0 alone.
class RunFolder {
 public:
  /// Creates the folder, or takes up what an earlier run of the same configuration left in it. A node whose
  /// file is damaged or says what cannot be counts as unfinished, and so does a stage 1 whose weights are
  /// gone or damaged while others are still to stand on them. Throws: ConfigError if another run holds it or
  /// another configuration began it; SystemError if it cannot be written or its file system has no room for
  /// what the unfinished nodes write. On failure nothing new is left behind. `journal` is of this
  /// configuration's plan and folder, and must outlive this.
  RunFolder(const config::Configuration& configuration, const config::Plan& plan, Journal& journal,
            const Inputs& inputs, const Start& start, base::Log& log);
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  /// The nodes that are not finished, in the plan's order.
  [[nodiscard]] std::vector<const config::PlanNode*> unfinished() const;
  /// All finished nodes, in the plan's order, into `run`, which comes with everything else filled in; cells
  /// of failed nodes are entered as such. Throws: DataError if a node's file is not sound.
  void collect(record::RunRecord& run) const;
  /// Writes the record and reads it back; then removes the nodes' files if nothing failed. Throws: DataError
  /// if the record is not sound; nothing is removed.
  void write(const record::RunRecord& run) const;
  /// Kinds of processors that any start of this run has computed on, the first one first.
  [[nodiscard]] const std::vector<std::string>& processors() const { return processors_; }
  [[nodiscard]] const LeaseMark& lease() const { return lease_->mark(); }

 private:
  void take_up(const config::Configuration& configuration, const Inputs& inputs, bool on_gpus,
               base::Log& log);
  void note_processors(const std::vector<std::string>& processors, base::Log& log);
  void set_unsound_aside(base::Log& log) const;
  void set_aside(const std::filesystem::path& file, std::string_view what, std::string_view node,
                 base::Log& log) const;
  void check_kept_weights(std::size_t node, const std::string& digest,
                          const std::vector<NodeStatus>& statuses, base::Log& log) const;
  void read_back(const record::RunRecord& run) const;
  [[nodiscard]] record::NodeRecord read_node(const config::PlanNode& node) const;

  const config::Plan* plan_;
  const Journal* journal_;
  RunPaths paths_;
  Notes notes_;
  std::size_t classes_ = 0;
  std::vector<std::string> processors_;
  std::optional<Lease> lease_;
};

}  // namespace ltr::grid
