// SPDX-License-Identifier: Apache-2.0
#include "train/learning_rate.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ltr::train {

double learning_rate_at(const LearningRateSchedule& schedule, std::int64_t epoch) {
  if (schedule.ahead) ++epoch;
  const std::int64_t warmup = schedule.warmup_epochs;
  if (epoch < warmup) {
    return schedule.learning_rate * static_cast<double>(epoch + 1) / static_cast<double>(warmup + 1);
  }
  switch (schedule.kind) {
    case config::ScheduleKind::cosine: {
      const double fraction =
          static_cast<double>(epoch - warmup) / static_cast<double>(schedule.epochs - warmup);
      return 0.5 * schedule.learning_rate * (1.0 + std::cos(std::numbers::pi * fraction));
    }
    case config::ScheduleKind::step: {
      const auto passed =
          std::ranges::count_if(schedule.milestones, [epoch](int milestone) { return milestone <= epoch; });
      return schedule.learning_rate * std::pow(schedule.factor, static_cast<double>(passed));
    }
    case config::ScheduleKind::constant:
      break;
  }
  return schedule.learning_rate;
}

}  // namespace ltr::train
