// SPDX-License-Identifier: Apache-2.0
#include "grid/work.hpp"

#include <gtest/gtest.h>

#include "grid/sample_plan.hpp"

namespace ltr::grid {
namespace {

using test::kWork;
using test::sample_plan;

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

}  // namespace
}  // namespace ltr::grid
