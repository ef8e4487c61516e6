// SPDX-License-Identifier: Apache-2.0
#include "train/learning_rate.hpp"

#include <gtest/gtest.h>

namespace ltr::train {
namespace {

using config::ScheduleKind;

TEST(LearningRate, FallsAlongACosine) {
  // 0.1 (1 + cos) of angles whose cosines are known: torch's CosineAnnealingLR with T_max = 90 has these too.
  const LearningRateSchedule schedule{ScheduleKind::cosine, 0.2, 0, 90};
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 0), 0.2);
  EXPECT_NEAR(learning_rate_at(schedule, 15), 0.18660254037844386, 1e-15);  // 30 degrees
  EXPECT_NEAR(learning_rate_at(schedule, 30), 0.15, 1e-15);                 // 60
  EXPECT_NEAR(learning_rate_at(schedule, 45), 0.1, 1e-15);                  // 90
  EXPECT_NEAR(learning_rate_at(schedule, 60), 0.05, 1e-15);                 // 120
  EXPECT_NEAR(learning_rate_at(schedule, 75), 0.01339745962155614, 1e-15);  // 150
  EXPECT_NEAR(learning_rate_at(schedule, 89), 6.091729809042664e-05, 1e-15);
}

TEST(LearningRate, ConstantStays) {
  const LearningRateSchedule schedule{ScheduleKind::constant, 0.05, 0, 10};
  EXPECT_EQ(learning_rate_at(schedule, 0), 0.05);
  EXPECT_EQ(learning_rate_at(schedule, 9), 0.05);
}

TEST(LearningRate, StepMultipliesByTheFactorAtEveryMilestone) {
  const LearningRateSchedule schedule{ScheduleKind::step, 0.4, 2, 200, {160, 180}, 0.1};
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 1), 0.4 * 2 / 3);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 2), 0.4);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 159), 0.4);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 160), 0.04);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 179), 0.04);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 180), 0.004);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 199), 0.004);
}

TEST(LearningRate, WarmUpIsAStraightLineToTheFullRate) {
  const LearningRateSchedule schedule{ScheduleKind::cosine, 0.4, 3, 10};
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 0), 0.1);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 1), 0.2);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 2), 0.3);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 3), 0.4);
  EXPECT_NEAR(learning_rate_at(schedule, 9), 0.01980622641951618, 1e-15);  // 6 / 7 of 180 degrees
}

TEST(LearningRate, AheadEveryEpochHasTheNextOnesRateAndTheLastNone) {
  for (const ScheduleKind kind : {ScheduleKind::cosine, ScheduleKind::step, ScheduleKind::constant}) {
    const LearningRateSchedule plain{kind, 0.2, 3, 10, {5}, 0.1};
    const LearningRateSchedule ahead{kind, 0.2, 3, 10, {5}, 0.1, true};
    for (std::int64_t e = 0; e + 1 < 10; ++e) {
      EXPECT_EQ(learning_rate_at(ahead, e), learning_rate_at(plain, e + 1)) << e;
    }
  }
  const LearningRateSchedule cosine{
      .kind = ScheduleKind::cosine, .learning_rate = 0.2, .epochs = 90, .ahead = true};
  EXPECT_NEAR(learning_rate_at(cosine, 89), 0, 1e-17);
}

}  // namespace
}  // namespace ltr::train
