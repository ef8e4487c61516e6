// SPDX-License-Identifier: Apache-2.0
#include "grid/policy.hpp"

#include <utility>

#include <gtest/gtest.h>

#include "grid/sample_plan.hpp"

namespace ltr::grid {
namespace {

using test::kAll;
using test::kWork;
using test::sample_plan;
using Kind = Decision::Kind;

/// The sample plan's nodes: a, a.features, a.stage_2, b, b.features, b.stage_2.
class PolicyTest : public testing::Test {
 protected:
  /// What a group of `size` does, as "take 3", "wait", ...
  [[nodiscard]] std::string next(int size, const std::vector<std::size_t>& nodes = kAll) {
    follow_needs(needs_of(plan_), statuses_);
    const Decision decision = Policy(plan_, nodes, sizes_).next(size, statuses_, NodeCosts(plan_, kWork));
    switch (decision.kind) {
      case Kind::take:
        return "take " + std::to_string(decision.node);
      case Kind::go_apart:
        return "go apart";
      case Kind::come_together:
        return "come together";
      case Kind::wait:
        return "wait";
      case Kind::done:
        return "done";
    }
    return "nothing known";
  }

  config::Plan plan_ = sample_plan();
  config::GroupSizes sizes_{.stage_1 = 2, .stage_2 = 1};
  std::vector<NodeStatus> statuses_{6};
};

TEST_F(PolicyTest, TakesTheLongestThatIsReadyAndUnclaimed) {
  EXPECT_EQ(next(2), "take 0");
  statuses_[0].claimed = true;
  EXPECT_EQ(next(2), "take 3");
  EXPECT_EQ(next(2, {0, 1, 2}), "wait");
}

TEST_F(PolicyTest, OfEquallyLongOnesTakesThePlansFirst) {
  sizes_ = {.stage_1 = 1, .stage_2 = 1};
  statuses_[0].finished = statuses_[3].finished = true;
  EXPECT_EQ(next(1, {5, 4, 2, 1}), "take 1");
}

TEST_F(PolicyTest, GoesApartOnlyWhereNoNodeOfItsSizeIsReady) {
  statuses_[0].finished = true;
  EXPECT_EQ(next(2), "take 3");
  statuses_[3].claimed = true;
  EXPECT_EQ(next(2), "go apart");
  EXPECT_EQ(next(1), "take 1");
  statuses_[1].claimed = statuses_[2].claimed = true;
  EXPECT_EQ(next(1), "come together");
  EXPECT_EQ(next(2), "wait");
}

TEST_F(PolicyTest, TakesNodesOfStage2TogetherWhereThoseHaveTheLargerGroups) {
  sizes_ = {.stage_1 = 1, .stage_2 = 2};
  EXPECT_EQ(next(2), "go apart");
  EXPECT_EQ(next(1), "take 0");
  statuses_[0].finished = true;
  EXPECT_EQ(next(2), "take 1");
}

TEST_F(PolicyTest, IsDoneWhenNothingCanBeFinishedAnyMore) {
  statuses_[0].failed = true;  // and with it what needs it
  EXPECT_EQ(next(2, {0, 1, 2}), "done");
  EXPECT_EQ(next(2), "take 3");
  for (const std::size_t finished : {3, 4, 5}) statuses_[finished].finished = true;
  EXPECT_EQ(next(2), "done");
  // Needs what is neither finished nor to be computed in this start.
  statuses_ = std::vector<NodeStatus>(6);
  EXPECT_EQ(next(2, {1}), "done");
}

}  // namespace
}  // namespace ltr::grid
