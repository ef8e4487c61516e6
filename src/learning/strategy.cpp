// SPDX-License-Identifier: Apache-2.0
#include "learning/strategy.hpp"

#include <stdexcept>

#include "learning/nodes.hpp"

namespace ltr::learning {

train::CheckpointFiles checkpoint_files(const std::filesystem::path& folder, const config::PlanNode& node) {
  return {.newest = folder / (node.id + ".checkpoint")};
}

record::NodeRecord run_node(const Context& context, const config::PlanNode& node) {
  switch (node.kind) {
    case config::NodeKind::stage_1:
      return run_stage_1(context, node);
    case config::NodeKind::features:
      return run_features(context, node);
    case config::NodeKind::stage_2:
      return run_stage_2(context, node);
    case config::NodeKind::finetune:
      return run_finetune(context, node);
  }
  throw std::logic_error("a node of no kind");
}

}  // namespace ltr::learning
