// SPDX-License-Identifier: Apache-2.0
#include "grid/schedule_simulation.hpp"

#include <gtest/gtest.h>

#include "grid/sample_plan.hpp"

namespace ltr::grid {
namespace {

using config::NodeKind;
using test::kAll;
using test::kWork;
using test::sample_plan;

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

TEST(Estimate, APartWithoutWorkWaitsForTheOthersOfItsGroup) {
  config::Plan plan = sample_plan();
  plan.nodes.push_back(test::node("c", NodeKind::stage_2, "a.features"));
  plan.nodes.push_back(test::node("d", NodeKind::stage_2, "a.features"));
  const NodeCosts costs(plan, {8, 2, 6, 4, 2, 6, 5, 4});
  // Two groups of two. The first trains a until 4; its parts then a.stage_2 until 10, a.features until 6 and
  // c until 11. The second trains b until 2; its parts then b.stage_2 until 8 and b.features until 4, and
  // that one is not there for d before 8: d ends at 12.
  const Estimate groups = estimate(plan, {0, 1, 2, 3, 4, 5, 6, 7}, costs, {.stage_1 = 2, .stage_2 = 1}, 4);
  EXPECT_DOUBLE_EQ(groups.makespan, 12);
  EXPECT_DOUBLE_EQ(groups.idle_share, 1 - 37.0 / 48);
}

}  // namespace
}  // namespace ltr::grid
