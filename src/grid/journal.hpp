// SPDX-License-Identifier: Apache-2.0
// What has become of each node of the plan, as files of the run's folder that every group of ranks sees.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "config/plan.hpp"
#include "grid/lease.hpp"
#include "grid/node_status.hpp"
#include "record/record.hpp"

namespace ltr::grid {

/// "<id>.claim": a group works on the node, and renews the file; "<id>.h5": finished; "<id>.failed": why not;
/// "<id>.retry": it failed and is to be tried again. Claims are files that only one can create, so groups
/// need no messages to share the work; they stand until the next start removes them, when nobody else can be
/// at work. "stop": the groups are to stop.
class Journal {
 public:
  /// `plan` must outlive it.
  Journal(std::filesystem::path folder, const config::Plan& plan);

  /// From now on nothing is written or removed unless the run still holds this lease.
  void hold(LeaseMark lease) { lease_ = std::move(lease); }

  /// By one reading of the folder, which may not be there yet. Shape: a node of the plan each.
  [[nodiscard]] std::vector<NodeStatus> scan() const;
  /// Why nodes failed, by id.
  [[nodiscard]] std::map<std::string, std::string> failures() const;

  /// False: another group has it, or it is done with. `holder` is who claims, for messages.
  /// Throws: SystemError if the folder cannot be written; as LeaseMark::require, as do finish and fail.
  [[nodiscard]] bool claim(std::size_t node, const std::string& holder) const;
  /// Gives a claimed node back as it is.
  void release(const config::PlanNode& node) const;
  [[nodiscard]] std::filesystem::path claim_file(const config::PlanNode& node) const;
  /// Stores what a node has left behind; its checkpoints have served, and with the last node of a stage 1 the
  /// features that they shared.
  void finish(const config::PlanNode& node, const record::NodeRecord& record) const;
  /// Notes the error of a claimed node. Needs no room on the disk; without any, the error's text is lost.
  void fail(const config::PlanNode& node, const std::string& error) const;

  void ask_all_to_stop() const;
  [[nodiscard]] bool stop_asked() const;

  /// Removes what an earlier start left behind of itself: claims, and the wish to stop.
  void begin() const;
  /// What has failed is no longer, but is to be tried again.
  void retry_failures() const;
  /// Removes all of a run that is complete.
  void clear() const;
  [[nodiscard]] std::filesystem::path node_file(const config::PlanNode& node) const;

 private:
  void remove_shared_features(const config::PlanNode& node) const;
  [[nodiscard]] std::filesystem::path failure_file(const config::PlanNode& node) const;
  [[nodiscard]] std::filesystem::path retry_file(const config::PlanNode& node) const;

  std::filesystem::path folder_;
  const config::Plan* plan_;
  LeaseMark lease_;
};

}  // namespace ltr::grid
