// SPDX-License-Identifier: Apache-2.0
// The grid as a graph of work: cells are what the user asked for, nodes what has to be computed, once each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "config/configuration.hpp"

namespace ltr::config {

/// stage_1 trains backbone and classifier; features runs the frozen backbone over validation, test and (for
/// NCM) training images; stage_2 trains all classifiers that share draws in one pass over the backbone;
/// finetune trains one strategy's own copy of the network, or of its last block and classifier.
enum class NodeKind { stage_1, features, stage_2, finetune };
inline constexpr std::size_t kNodeKinds = 4;

/// One piece of work. Ids are stable names usable as file names, e.g. "seed_0.square_root.stage_1".
struct PlanNode {
  std::string id;
  NodeKind kind = NodeKind::stage_1;
  std::uint64_t seed = 0;
  SamplingKind sampling = SamplingKind::instance_balanced;  ///< of stage 1
  std::vector<std::string> needs;                           ///< ids of earlier nodes
  std::vector<LearningKind> learning;                       ///< the strategies whose cells this node finishes
  std::int64_t epochs =
      0;  ///< passes over the training draws; 0 for features and for a stage 1 taken from a file
};

/// One cell of the grid.
struct PlanCell {
  std::string id;  ///< e.g. "seed_0.square_root.crt"
  std::uint64_t seed = 0;
  SamplingKind sampling = SamplingKind::instance_balanced;
  LearningKind learning = LearningKind::joint;
  std::string node;  ///< id of the node that finishes it
};

/// The cell that `node` makes of `learning`.
[[nodiscard]] PlanCell cell_of(const PlanNode& node, LearningKind learning);

/// Nodes in an order in which every node comes after those it needs.
struct Plan {
  std::vector<PlanNode> nodes;
  std::vector<PlanCell> cells;
};

/// The kind of node that finishes the cells of `learning`: joint stage_1; ncm and tau_normalized features;
/// crt, lws and finetune_classifier stage_2; the other finetune strategies a node each.
[[nodiscard]] NodeKind finishing_kind(LearningKind learning);

/// Passes over the training draws of a strategy that trains after stage 1; 0 for one that does not.
[[nodiscard]] std::int64_t stage_2_epochs(const Stage2& stage_2, LearningKind learning);

/// The plan of a configuration. Nothing is planned that no cell asks for.
[[nodiscard]] Plan make_plan(const Configuration& configuration);

}  // namespace ltr::config
