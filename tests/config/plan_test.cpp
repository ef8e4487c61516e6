// SPDX-License-Identifier: Apache-2.0
#include "config/plan.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ltr::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> node_ids(const Plan& plan) {
  std::vector<std::string> ids;
  for (const PlanNode& node : plan.nodes) ids.push_back(node.id);
  return ids;
}

TEST(Plan, WholeGridIsOneCellAPointAndThreeNodesAStage1) {
  Configuration c;
  c.run.seeds = {0, 1, 2};
  const Plan plan = make_plan(c);
  EXPECT_EQ(plan.cells.size(), 3u * 4u * 5u);
  EXPECT_EQ(plan.nodes.size(), 3u * 4u * 3u);
  std::set<std::string> cells;
  for (const PlanCell& cell : plan.cells) cells.insert(cell.id);
  EXPECT_EQ(cells.size(), plan.cells.size());
}

TEST(Plan, EveryNodeComesAfterThoseItNeeds) {
  Configuration c;
  c.run.seeds = {5, 1};
  std::set<std::string> earlier;
  for (const PlanNode& node : make_plan(c).nodes) {
    for (const std::string& need : node.needs)
      EXPECT_TRUE(earlier.contains(need)) << node.id << " needs " << need;
    EXPECT_EQ(node.needs.empty(), node.kind == NodeKind::stage_1) << node.id;
    EXPECT_TRUE(earlier.insert(node.id).second) << node.id;
  }
}

TEST(Plan, EveryCellIsFinishedByExactlyItsNode) {
  Configuration c;
  c.run.seeds = {5, 1};
  const Plan plan = make_plan(c);
  std::size_t finished = 0;
  for (const PlanNode& node : plan.nodes) finished += node.learning.size();
  EXPECT_EQ(finished, plan.cells.size());
  for (const PlanCell& cell : plan.cells) {
    const auto node = std::ranges::find(plan.nodes, cell.node, &PlanNode::id);
    ASSERT_NE(node, plan.nodes.end()) << cell.id;
    EXPECT_EQ(node->seed, cell.seed);
    EXPECT_EQ(node->sampling, cell.sampling);
    EXPECT_EQ(std::ranges::count(node->learning, cell.learning), 1) << cell.id;
  }
}

TEST(Plan, OrderIsSeedThenSamplingThenStage) {
  Configuration c;
  c.run.seeds = {3, 0};
  c.grid.sampling = {SamplingKind::square_root, SamplingKind::instance_balanced};
  c.grid.learning = {LearningKind::lws, LearningKind::ncm, LearningKind::joint, LearningKind::crt};
  const Plan plan = make_plan(c);
  EXPECT_THAT(node_ids(plan),
              ElementsAre("seed_3.square_root.stage_1", "seed_3.square_root.features",
                          "seed_3.square_root.stage_2", "seed_3.instance_balanced.stage_1",
                          "seed_3.instance_balanced.features", "seed_3.instance_balanced.stage_2",
                          "seed_0.square_root.stage_1", "seed_0.square_root.features",
                          "seed_0.square_root.stage_2", "seed_0.instance_balanced.stage_1",
                          "seed_0.instance_balanced.features", "seed_0.instance_balanced.stage_2"));
  EXPECT_EQ(plan.cells.front().id, "seed_3.square_root.lws");
  EXPECT_EQ(plan.cells.front().node, "seed_3.square_root.stage_2");
  EXPECT_THAT(plan.nodes[2].learning, ElementsAre(LearningKind::lws, LearningKind::crt));
}

TEST(Plan, NothingIsPlannedThatNoCellAsksFor) {
  const std::map<LearningKind, std::vector<std::string>> nodes_of = {
      {LearningKind::joint, {"stage_1"}},
      {LearningKind::ncm, {"stage_1", "features"}},
      {LearningKind::crt, {"stage_1", "stage_2"}},
      {LearningKind::tau_normalized, {"stage_1", "features"}},
      {LearningKind::lws, {"stage_1", "stage_2"}},
      {LearningKind::finetune_classifier, {"stage_1", "stage_2"}},
      {LearningKind::finetune_last_block, {"stage_1", "finetune_last_block"}},
  };
  for (const auto& [learning, suffixes] : nodes_of) {
    Configuration c;
    c.grid.sampling = {SamplingKind::class_balanced};
    c.grid.learning = {learning};
    std::vector<std::string> expected;
    for (const std::string& suffix : suffixes) expected.push_back("seed_0.class_balanced." + suffix);
    EXPECT_EQ(node_ids(make_plan(c)), expected) << name_of(learning);
  }
}

TEST(Plan, Stage1WithoutJointFinishesNoCell) {
  Configuration c;
  c.grid.learning = {LearningKind::crt};
  EXPECT_THAT(make_plan(c).nodes.front().learning, IsEmpty());
}

TEST(Plan, EpochsAreThoseOfTheLongestPlannedStrategy) {
  Configuration c;
  c.stage_1.epochs = 7;
  c.stage_2.crt.epochs = 3;
  c.stage_2.lws.epochs = 11;
  const auto epochs = [&c](std::vector<LearningKind> learning) {
    c.grid.learning = std::move(learning);
    std::vector<std::int64_t> result;
    for (const PlanNode& node : make_plan(c).nodes) {
      if (node.sampling == SamplingKind::square_root) result.push_back(node.epochs);
    }
    return result;
  };
  EXPECT_THAT(epochs({LearningKind::joint, LearningKind::ncm, LearningKind::crt, LearningKind::lws}),
              ElementsAre(7, 0, 11));
  EXPECT_THAT(epochs({LearningKind::crt}), ElementsAre(7, 3));
}

TEST(Plan, WhatTrainsTheBackboneIsANodeOfItsOwn) {
  Configuration c;
  c.grid.sampling = {SamplingKind::instance_balanced};
  c.grid.learning = {LearningKind::finetune_all, LearningKind::finetune_classifier, LearningKind::crt,
                     LearningKind::finetune_all_tenth_lr};
  c.stage_2.crt.epochs = 3;
  c.stage_2.finetune.epochs = 4;
  const Plan plan = make_plan(c);
  EXPECT_THAT(
      node_ids(plan),
      ElementsAre("seed_0.instance_balanced.stage_1", "seed_0.instance_balanced.stage_2",
                  "seed_0.instance_balanced.finetune_all", "seed_0.instance_balanced.finetune_all_tenth_lr"));
  EXPECT_THAT(plan.nodes[1].learning, ElementsAre(LearningKind::finetune_classifier, LearningKind::crt));
  for (std::size_t i = 1; i < plan.nodes.size(); ++i) {
    EXPECT_EQ(plan.nodes[i].epochs, 4) << plan.nodes[i].id;
    EXPECT_THAT(plan.nodes[i].needs, ElementsAre(plan.nodes[0].id));
  }
  EXPECT_EQ(plan.cells[3].node, plan.nodes[3].id);
}

TEST(Plan, WithoutStrategiesThereIsNoWork) {
  Configuration c;
  c.grid.learning = {};
  EXPECT_THAT(make_plan(c).nodes, IsEmpty());
}

}  // namespace
}  // namespace ltr::config
