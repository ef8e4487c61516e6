// SPDX-License-Identifier: Apache-2.0
#include "grid/stop_signal.hpp"

#include <array>
#include <csignal>

namespace ltr::grid {
namespace {

constexpr std::array kSignals{SIGTERM, SIGUSR1, SIGHUP, SIGINT};

// A signal handler can reach nothing else.
volatile std::sig_atomic_t stop_requested = 0;

/// As the process was started, by nohup for example.
bool hangup_ignored = false;

void request_stop(int /*signal*/) { stop_requested = 1; }

void handle(void (*handler)(int)) {
  for (const int signal : kSignals) {
    // Once is enough: a second Ctrl-C then ends the process.
    if (signal == SIGINT && handler == request_stop && stop_requested != 0) continue;
    struct sigaction action{};
    action.sa_handler = signal == SIGHUP && hangup_ignored ? SIG_IGN : handler;
    action.sa_flags = SA_RESTART;
    // Who types Ctrl-C twice does not want to wait for a checkpoint.
    if (signal == SIGINT) action.sa_flags |= SA_RESETHAND;
    sigaction(signal, &action, nullptr);
  }
}

void mask(int how) {
  sigset_t signals{};
  sigemptyset(&signals);
  for (const int signal : kSignals) sigaddset(&signals, signal);
  sigprocmask(how, &signals, nullptr);
}

}  // namespace

StopSignal::StopSignal() {
  handle(request_stop);
  let_through();
}
// A second signal must not end a rank that is on its way out.
StopSignal::~StopSignal() { handle(SIG_IGN); }
bool StopSignal::requested() const { return stop_requested != 0; }
void StopSignal::catch_again() { handle(request_stop); }
void StopSignal::hold_back() {
  struct sigaction action{};
  sigaction(SIGHUP, nullptr, &action);
  hangup_ignored = action.sa_handler == SIG_IGN;
  mask(SIG_BLOCK);
}
void StopSignal::let_through() { mask(SIG_UNBLOCK); }

}  // namespace ltr::grid
