// SPDX-License-Identifier: Apache-2.0
// The grid as a graph of work: cells are what the user asked for, nodes what has to be computed, once each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "config/configuration.hpp"
#include "config/methods.hpp"

namespace ltr::config {

/// What one stage 1 leaves, by name: its sampling, and its loss where that is not cross-entropy, as in
/// "square_root" and "instance_balanced-focal".
[[nodiscard]] std::string representation_name(SamplingKind sampling, LossKind loss);

/// One piece of work. Ids are stable names usable as file names, e.g. "seed_0.square_root.stage_1".
struct PlanNode {
  std::string id{};
  NodeKind kind = NodeKind::stage_1;
  std::uint64_t seed = 0;
  SamplingKind sampling{};               ///< of stage 1
  LossKind loss{};                       ///< of stage 1
  std::vector<std::string> needs{};      ///< ids of earlier nodes
  std::vector<LearningKind> learning{};  ///< the strategies whose cells this node finishes
  std::int64_t epochs =
      0;  ///< passes over the training draws; 0 for features and for a stage 1 taken from a file
};

/// One cell of the grid.
struct PlanCell {
  std::string id;  ///< e.g. "seed_0.square_root.crt"
  std::uint64_t seed = 0;
  SamplingKind sampling{};
  LossKind loss{};
  LearningKind learning{};
  std::string node;  ///< id of the node that finishes it
};

/// The cell that `node` makes of `learning`.
[[nodiscard]] PlanCell cell_of(const PlanNode& node, LearningKind learning);

/// Nodes in an order in which every node comes after those it needs.
struct Plan {
  std::vector<PlanNode> nodes;
  std::vector<PlanCell> cells;
};

/// The plan of a configuration. Nothing is planned that no cell asks for.
[[nodiscard]] Plan make_plan(const Configuration& configuration);

}  // namespace ltr::config
