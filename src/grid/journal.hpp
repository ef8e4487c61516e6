// SPDX-License-Identifier: Apache-2.0
// What has become of each node of the plan, as files of the run's folder that every group of ranks sees.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/plan.hpp"
#include "record/record.hpp"

namespace ltr::grid {

/// "<id>.claim": a group works on the node, and renews the file; "<id>.h5": finished; "<id>.failed": why not.
/// Claims are files that only one can create, so groups need no messages to share the work; they stand until
/// the next start removes them, when nobody else can be at work. "stop": a group was asked to stop.
class Journal {
 public:
  /// `plan` must outlive it.
  Journal(std::filesystem::path folder, const config::Plan& plan);

  [[nodiscard]] bool finished(const config::PlanNode& node) const;
  [[nodiscard]] bool failed(const config::PlanNode& node) const;
  [[nodiscard]] bool claimed(const config::PlanNode& node) const;
  /// Neither finished nor failed, and all it needs is finished.
  [[nodiscard]] bool ready(const config::PlanNode& node) const;
  /// Why nodes failed, by id.
  [[nodiscard]] std::map<std::string, std::string> failures() const;

  /// False: another group has it, or it is done with. `holder` is who claims, for messages.
  /// Throws: SystemError if the folder cannot be written.
  [[nodiscard]] bool claim(const config::PlanNode& node, const std::string& holder) const;
  [[nodiscard]] std::filesystem::path claim_file(const config::PlanNode& node) const;
  /// Stores what a node has left behind; its checkpoints have served, and with the last node of a stage 1 the
  /// features that they shared.
  void finish(const config::PlanNode& node, const record::NodeRecord& record) const;
  /// Notes the error of a claimed node, and that those that need it cannot be computed. Needs no room on the
  /// disk; without any, the error's text is lost.
  void fail(const config::PlanNode& node, const std::string& error) const;

  void ask_all_to_stop() const;
  [[nodiscard]] bool stop_asked() const;

  /// What an earlier start left behind of itself: claims, and the wish to stop.
  void begin() const;
  void forget_failures() const;
  void remove_shared_features(const config::PlanNode& node) const;
  [[nodiscard]] std::filesystem::path node_file(const config::PlanNode& node) const;

 private:
  [[nodiscard]] std::filesystem::path failure_file(const config::PlanNode& node) const;

  std::filesystem::path folder_;
  const config::Plan* plan_;
};

}  // namespace ltr::grid
