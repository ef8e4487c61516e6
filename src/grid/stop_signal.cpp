// SPDX-License-Identifier: Apache-2.0
#include "grid/stop_signal.hpp"

#include <csignal>

namespace ltr::grid {
namespace {

// A signal handler can reach nothing else.
volatile std::sig_atomic_t stop_requested = 0;

void request_stop(int /*signal*/) { stop_requested = 1; }

void handle(void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGTERM, SIGUSR1}) sigaction(signal, &action, nullptr);
  // Who types Ctrl-C twice does not want to wait for a checkpoint.
  action.sa_flags |= SA_RESETHAND;
  sigaction(SIGINT, &action, nullptr);
}

}  // namespace

StopSignal::StopSignal() { handle(request_stop); }
// A second signal must not end a rank that is on its way out.
StopSignal::~StopSignal() { handle(SIG_IGN); }
bool StopSignal::requested() { return stop_requested != 0; }

}  // namespace ltr::grid
