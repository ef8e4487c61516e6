// SPDX-License-Identifier: Apache-2.0
#include "train/schedule.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace ltr::train {
namespace {

using config::ScheduleKind;

TEST(Schedule, CosineIsTheRecipesFormula) {
  const Schedule schedule{ScheduleKind::cosine, 0.2, 0, 90};
  for (std::int64_t e = 0; e < 90; ++e) {
    EXPECT_NEAR(learning_rate_at(schedule, e), 0.5 * 0.2 * (1 + std::cos(M_PI * static_cast<double>(e) / 90)),
                1e-15);
  }
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 0), 0.2);
  EXPECT_NEAR(learning_rate_at(schedule, 45), 0.1, 1e-15);
}

TEST(Schedule, ConstantStays) {
  const Schedule schedule{ScheduleKind::constant, 0.05, 0, 10};
  EXPECT_EQ(learning_rate_at(schedule, 0), 0.05);
  EXPECT_EQ(learning_rate_at(schedule, 9), 0.05);
}

TEST(Schedule, StepMultipliesByTheFactorAtEveryMilestone) {
  const Schedule schedule{ScheduleKind::step, 0.4, 2, 200, {160, 180}, 0.1};
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 1), 0.4 * 2 / 3);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 2), 0.4);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 159), 0.4);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 160), 0.04);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 179), 0.04);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 180), 0.004);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 199), 0.004);
}

TEST(Schedule, WarmUpIsAStraightLineToTheFullRate) {
  const Schedule schedule{ScheduleKind::cosine, 0.4, 3, 10};
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 0), 0.1);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 1), 0.2);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 2), 0.3);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 3), 0.4);
  EXPECT_NEAR(learning_rate_at(schedule, 9), 0.2 * (1 + std::cos(M_PI * 6 / 7)), 1e-15);
}

TEST(Schedule, AheadEveryEpochHasTheNextOnesRateAndTheLastNone) {
  for (const ScheduleKind kind : {ScheduleKind::cosine, ScheduleKind::step, ScheduleKind::constant}) {
    const Schedule plain{kind, 0.2, 3, 10, {5}, 0.1};
    const Schedule ahead{kind, 0.2, 3, 10, {5}, 0.1, true};
    for (std::int64_t e = 0; e + 1 < 10; ++e) {
      EXPECT_EQ(learning_rate_at(ahead, e), learning_rate_at(plain, e + 1)) << e;
    }
  }
  const Schedule cosine{.kind = ScheduleKind::cosine, .learning_rate = 0.2, .epochs = 90, .ahead = true};
  EXPECT_NEAR(learning_rate_at(cosine, 89), 0, 1e-17);
}

}  // namespace
}  // namespace ltr::train
