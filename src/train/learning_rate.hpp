// SPDX-License-Identifier: Apache-2.0
// The learning rate of every epoch.
#pragma once

#include <cstdint>
#include <vector>

#include "config/enums.hpp"

namespace ltr::train {

/// How a learning rate moves over E epochs, the first w of them warm-up.
struct LearningRateSchedule {
  config::ScheduleKind kind = config::ScheduleKind::cosine;
  double learning_rate = 0.2;
  std::int64_t warmup_epochs = 0;    ///< w, less than E
  std::int64_t epochs = 1;           ///< E
  std::vector<int> milestones = {};  ///< step only: epochs from 0, rising
  double factor = 0.1;               ///< step only
  bool ahead = false;                ///< every epoch trains at the rate of the next
};

/// Warm-up: lr (e + 1) / (w + 1). Then, with f = (e - w) / (E - w): cosine 0.5 lr (1 + cos(pi f)), constant
/// lr, step lr factor^n after n milestones. Ahead, e + 1 stands for e, up to E, where cosine is 0.
/// Paper: section 4.2, cosine; differs: warm-up is this suite's.
[[nodiscard]] double learning_rate_at(const LearningRateSchedule& schedule, std::int64_t epoch);

}  // namespace ltr::train
