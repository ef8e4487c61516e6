// SPDX-License-Identifier: Apache-2.0
// Ctrl-C and its kin: the end of the program, or a wish to stop where something must be undone first.
#pragma once

#include <atomic>
#include <csignal>
#include <stop_token>
#include <thread>

#include "base/log.hpp"

namespace ltr::app {

/// While it lives, the first SIGINT, SIGTERM or SIGHUP says so and ends the program with status 75, whatever
/// it waits for; once somebody has taken the token, the first one only asks through it, and a second one ends
/// the program. Signals that are ignored (nohup, a job in the background) stay so.
/// Thread: made before all others, which inherit its signal mask.
class Interruption {
 public:
  explicit Interruption(base::Log& log);
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  ~Interruption();

  /// For work that leaves files behind unless it is told to stop: it asks the token now and then.
  [[nodiscard]] std::stop_token token() {
    asked_for_ = true;
    return wish_.get_token();
  }

 private:
  void watch(const std::stop_token& ending);

  base::Log& log_;
  std::atomic<bool> asked_for_{false};
  std::stop_source wish_;
  sigset_t signals_{};
  sigset_t former_mask_{};
  std::jthread watcher_;
};

}  // namespace ltr::app
