// SPDX-License-Identifier: Apache-2.0
// SIGTERM, SIGUSR1, SIGHUP and a first SIGINT as a wish to stop: finish the step, write a checkpoint,
// exit 75.
#pragma once

namespace ltr::grid {

/// Catches SIGTERM, SIGUSR1, SIGHUP (unless it is ignored, as under nohup) and the first SIGINT while it
/// lives; one a process, as signals are.
class StopSignal {
 public:
  StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  ~StopSignal();

  /// Catches them anew: libraries below MPI take some for themselves, UCX SIGHUP for its debugging. To be
  /// called when MPI has started.
  void catch_again();

  /// True once one of them has come.
  [[nodiscard]] bool requested() const;

  /// From here on these signals wait until a StopSignal is made, or let_through is called. To be called
  /// before the constructors of libraries run, which take a tenth of a second: a batch system may ask for a
  /// stop then.
  static void hold_back();
  static void let_through();
};

}  // namespace ltr::grid
