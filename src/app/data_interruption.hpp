// SPDX-License-Identifier: Apache-2.0
// Ctrl-C and its kin as a wish to stop, for commands that write large files.
#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

namespace ltr::app {

/// While it lives, the first SIGINT, SIGTERM or SIGHUP asks through the token; a second one ends the program.
/// Signals that are ignored (nohup, a job in the background) stay so.
/// Thread: made before the threads that work under it, which inherit its signal mask.
class Interruption {
 public:
  Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  ~Interruption();

  [[nodiscard]] std::stop_token token() const { return wish_.get_token(); }

 private:
  void watch(const std::stop_token& ending);

  std::stop_source wish_;
  sigset_t signals_{};
  sigset_t former_mask_{};
  std::jthread watcher_;
};

}  // namespace ltr::app
