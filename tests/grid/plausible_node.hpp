// SPDX-License-Identifier: Apache-2.0
// What a node could have left behind, without having computed it.
#pragma once

#include <cstdint>
#include <vector>

#include "config/plan.hpp"
#include "learning/cell.hpp"
#include "record/record.hpp"

namespace ltr::test {

/// One right image of two in every class; no sweep, norms or calibration.
inline record::NodeRecord plausible_node(const config::PlanNode& node, std::size_t classes) {
  record::NodeRecord record;
  record.time.node = node.id;
  record.time.ranks = 1;
  if (node.kind == config::NodeKind::stage_1) {
    record.stage_1.push_back({.id = node.id, .seed = node.seed, .sampling = node.sampling, .training = {}});
  }
  for (const config::LearningKind kind : node.learning) {
    record::CellRecord cell = learning::make_cell(node, kind);
    cell.test.total.assign(classes, 2);
    cell.test.correct.assign(classes, 1);
    cell.validation = cell.test;
    record.cells.push_back(std::move(cell));
  }
  return record;
}

}  // namespace ltr::test
