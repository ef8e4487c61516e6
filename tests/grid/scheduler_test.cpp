// SPDX-License-Identifier: Apache-2.0
#include "grid/scheduler.hpp"

#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ltr::grid {
namespace {

using config::NodeKind;

/// Two stage 1s of 8 and 4, each with two nodes of 2 that need it.
config::Plan sample_plan() {
  config::Plan plan;
  const auto add = [&plan](const std::string& id, NodeKind kind, std::vector<std::string> needs) {
    config::PlanNode node;
    node.id = id;
    node.kind = kind;
    node.needs = std::move(needs);
    plan.nodes.push_back(std::move(node));
  };
  for (const std::string stage : {"a", "b"}) {
    add(stage, NodeKind::stage_1, {});
    add(stage + ".features", NodeKind::features, {stage});
    add(stage + ".stage_2", NodeKind::stage_2, {stage});
  }
  return plan;
}
const std::vector<double> kWork{8, 2, 2, 4, 2, 2};
const std::vector<std::size_t> kAll{0, 1, 2, 3, 4, 5};

TEST(NodeCosts, FollowTheTimesOfNodesOfTheirKind) {
  const config::Plan plan = sample_plan();
  NodeCosts costs(plan, kWork);
  EXPECT_EQ(costs.cost(0), 8);
  costs.measured(3, {.node = "b", .first_rank = 0, .ranks = 2, .started_at_s = 0, .seconds = 10, .share = 1});
  EXPECT_EQ(costs.cost(0), 40);  // twice the work of 20 rank-seconds
  EXPECT_EQ(costs.cost(1), 10);  // of a kind not yet measured: the rate of all
  costs.measured(
      4, {.node = "b.features", .first_rank = 0, .ranks = 1, .started_at_s = 0, .seconds = 2, .share = 0.5});
  EXPECT_EQ(costs.cost(1), 4);
  EXPECT_EQ(costs.cost(0), 40);
}

TEST(Elapsed, DoesNotFollowAClockThatIsSet) {
  // The second node begins two seconds after the first, and the calendar went back a day in between.
  const std::vector<record::NodeTime> times{
      {.node = "a", .ranks = 2, .started_at_s = 1.75e9, .after_s = 1, .seconds = 10},
      {.node = "b", .ranks = 1, .started_at_s = 1.75e9 - 86400, .after_s = 3, .seconds = 20}};
  EXPECT_EQ(elapsed(times).makespan_s, 22);
  EXPECT_EQ(elapsed(times).busy_s, 40);
  EXPECT_EQ(elapsed({}).makespan_s, 0);
}

TEST(SortLongestFirst, KeepsThePlansOrderAmongEquals) {
  std::vector<std::size_t> nodes{5, 4, 3, 0, 1};
  sort_longest_first(nodes, NodeCosts(sample_plan(), kWork));
  EXPECT_THAT(nodes, testing::ElementsAre(0, 3, 1, 4, 5));
}

TEST(Estimate, OneGroupTakesEverythingOneAfterAnother) {
  const config::Plan plan = sample_plan();
  const Estimate one = estimate(plan, kAll, NodeCosts(plan, kWork), {.stage_1 = 4, .stage_2 = 4}, 4);
  EXPECT_DOUBLE_EQ(one.makespan, 20.0 / 4);
  EXPECT_DOUBLE_EQ(one.idle_share, 0);
}

TEST(Estimate, TwoGroupsShareWhatIsReady) {
  const config::Plan plan = sample_plan();
  // One takes a until 8; the other b until 4, then b's two until 8; then each one of a's two until 10.
  const Estimate two = estimate(plan, kAll, NodeCosts(plan, kWork), {.stage_1 = 1, .stage_2 = 1}, 2);
  EXPECT_DOUBLE_EQ(two.makespan, 10);
  EXPECT_DOUBLE_EQ(two.idle_share, 0);
  // Four cannot do it faster than a and what needs it.
  const Estimate four = estimate(plan, kAll, NodeCosts(plan, kWork), {.stage_1 = 1, .stage_2 = 1}, 4);
  EXPECT_DOUBLE_EQ(four.makespan, 10);
  EXPECT_DOUBLE_EQ(four.idle_share, 0.5);
}

TEST(Estimate, PartsOfAGroupTakeNodesOfTheSmallerSize) {
  const config::Plan plan = sample_plan();
  // Both ranks train a until 4, then b until 6, being the longest first; then the four others, two at a time.
  const Estimate parts = estimate(plan, kAll, NodeCosts(plan, kWork), {.stage_1 = 2, .stage_2 = 1}, 2);
  EXPECT_DOUBLE_EQ(parts.makespan, 10);
  EXPECT_DOUBLE_EQ(parts.idle_share, 0);
}

TEST(Estimate, WhatIsFinishedCountsAsReadyFromTheStart) {
  const config::Plan plan = sample_plan();
  const Estimate rest = estimate(plan, {1, 2}, NodeCosts(plan, kWork), {.stage_1 = 1, .stage_2 = 1}, 2);
  EXPECT_DOUBLE_EQ(rest.makespan, 2);
}

}  // namespace
}  // namespace ltr::grid
