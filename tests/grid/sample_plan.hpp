// SPDX-License-Identifier: Apache-2.0
// A small plan whose schedules can be made by hand.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "config/plan.hpp"

namespace ltr::test {

inline config::PlanNode node(const std::string& id, config::NodeKind kind, const std::string& need = "") {
  config::PlanNode node;
  node.id = id;
  node.kind = kind;
  if (!need.empty()) node.needs = {need};
  return node;
}

/// Two stage 1s of 8 and 4, each with two nodes of 2 that need it.
inline config::Plan sample_plan() {
  config::Plan plan;
  for (const std::string stage : {"a", "b"}) {
    plan.nodes.push_back(node(stage, config::NodeKind::stage_1));
    plan.nodes.push_back(node(stage + ".features", config::NodeKind::features, stage));
    plan.nodes.push_back(node(stage + ".stage_2", config::NodeKind::stage_2, stage));
  }
  return plan;
}
inline const std::vector<double> kWork{8, 2, 2, 4, 2, 2};
inline const std::vector<std::size_t> kAll{0, 1, 2, 3, 4, 5};

}  // namespace ltr::test
