// SPDX-License-Identifier: Apache-2.0
// WaitPolicy for other ranks without keeping their core from them. For this room's sources only.
#pragma once

#include <chrono>
#include <thread>

namespace ltr::comm {

/// Gives the core away between polls that found nothing: the ranks of a host share its cores with the
/// training.
class Backoff {
 public:
  explicit Backoff(int yields = 32) : yields_(yields) {}

  void pause() {
    if (++fruitless_ <= yields_) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(
          std::chrono::microseconds(fruitless_ <= kShortSleeps ? kShortSleepUs : kLongSleepUs));
    }
  }
  void reset() { fruitless_ = 0; }

 private:
  static constexpr int kShortSleeps = 20'000;  // about a second, as a step may take
  static constexpr int kShortSleepUs = 30;
  static constexpr int kLongSleepUs = 1000;
  int yields_;  ///< before it sleeps
  int fruitless_ = 0;
};

}  // namespace ltr::comm
