// SPDX-License-Identifier: Apache-2.0
// When a group that waits looks at the run's folder again.
#pragma once

#include <algorithm>

#include "base/stopwatch.hpp"

namespace ltr::grid {

/// Soon at first, then ever more rarely: what a look finds late is late by a fifth of the time waited, and
/// never by more than a few seconds, while a parallel file system hears next to nothing of long waits.
/// Units: seconds.
class LookTimes {
 public:
  static constexpr double kFirstS = 0.1;
  static constexpr double kLongestS = 2.5;
  static constexpr double kGrowth = 1.25;

  [[nodiscard]] bool is_due() const { return since_look_.seconds() >= pause_s_; }
  /// A look found nothing.
  void wait_longer() {
    pause_s_ = std::clamp(pause_s_ * kGrowth, kFirstS, kLongestS);
    since_look_ = {};
  }
  /// The next look is due now, and those after it soon again.
  void begin_anew() { pause_s_ = 0; }

 private:
  double pause_s_ = 0;
  base::Stopwatch since_look_;
};

}  // namespace ltr::grid
