// SPDX-License-Identifier: Apache-2.0
#include "app/data_interruption.hpp"

#include <cstdlib>
#include <ctime>

#include "base/error.hpp"

namespace ltr::app {

Interruption::Interruption(base::Log& log) : log_(log) {
  sigemptyset(&signals_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action{};
    sigaction(signal, nullptr, &action);
    if (action.sa_handler != SIG_IGN) sigaddset(&signals_, signal);
  }
  pthread_sigmask(SIG_BLOCK, &signals_, &former_mask_);
  watcher_ = std::jthread([this](const std::stop_token& ending) { watch(ending); });
}

Interruption::~Interruption() {
  watcher_.request_stop();
  watcher_.join();
  pthread_sigmask(SIG_SETMASK, &former_mask_, nullptr);
}

void Interruption::watch(const std::stop_token& ending) {
  constexpr std::timespec kTick{.tv_sec = 0, .tv_nsec = 20'000'000};
  while (!ending.stop_requested()) {
    if (sigtimedwait(&signals_, nullptr, &kTick) <= 0) continue;
    if (!asked_for_) {
      log_.info("stopped by a signal; nothing was written; the same command begins anew");
      std::_Exit(base::ExitStatus::stopped);
    }
    wish_.request_stop();
    pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);  // the next one finds its usual end
    sigemptyset(&signals_);
  }
}

}  // namespace ltr::app
