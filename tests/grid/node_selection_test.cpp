// SPDX-License-Identifier: Apache-2.0
#include "grid/node_selection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "grid/sample_plan.hpp"

namespace ltr::grid {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Of the sample plan: a, a.features, a.stage_2, b, b.features, b.stage_2.
std::vector<std::size_t> selected(std::vector<NodeStatus> statuses, NodeFilter filter) {
  const config::Plan plan = test::sample_plan();
  follow_needs(needs_of(plan), statuses);
  return select_nodes(plan, statuses, filter);
}

TEST(SelectNodes, UnfinishedOnesAreThoseThatAreNeitherFinishedNorFailed) {
  std::vector<NodeStatus> statuses(6);
  statuses[0].finished = true;
  statuses[3].failed = true;
  EXPECT_THAT(selected(statuses, NodeFilter::unfinished), ElementsAre(1, 2));
}

TEST(SelectNodes, FailedOnesComeWithWhatNeedsThem) {
  std::vector<NodeStatus> statuses(6);
  statuses[3].failed = true;
  EXPECT_THAT(selected(statuses, NodeFilter::failed), ElementsAre(3, 4, 5));
  // As when the start that was to try them again has died.
  statuses[3] = {.to_be_retried = true};
  EXPECT_THAT(selected(statuses, NodeFilter::failed), ElementsAre(3, 4, 5));
  EXPECT_THAT(selected(std::vector<NodeStatus>(6), NodeFilter::failed), IsEmpty());
}

TEST(SelectNodes, WhatAFailedOneStandsOnIsComputedAgainIfItIsGone) {
  std::vector<NodeStatus> statuses(6);
  statuses[2].failed = true;
  EXPECT_THAT(selected(statuses, NodeFilter::failed), ElementsAre(0, 2));
  statuses[0].finished = true;
  EXPECT_THAT(selected(statuses, NodeFilter::failed), ElementsAre(2));
}

}  // namespace
}  // namespace ltr::grid
