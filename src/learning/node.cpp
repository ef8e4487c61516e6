// SPDX-License-Identifier: Apache-2.0
#include "learning/node.hpp"

#include "learning/nodes.hpp"

namespace ltr::learning {

train::CheckpointFiles checkpoint_files(const std::filesystem::path& folder, const config::PlanNode& node) {
  return {.newest = folder / (node.id + ".checkpoint")};
}

record::NodeRecord run_node(const Context& context, const config::PlanNode& node) {
  using Run = record::NodeRecord (*)(const Context&, const config::PlanNode&);
  constexpr Run kRuns[config::kNodeKinds] = {run_stage_1, run_features, run_stage_2, run_stage_2};
  return kRuns[static_cast<std::size_t>(node.kind)](context, node);
}

}  // namespace ltr::learning
