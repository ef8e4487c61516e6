// SPDX-License-Identifier: Apache-2.0
// SIGTERM, SIGUSR1 and a first SIGINT as a wish to stop: finish the step, write a checkpoint, exit 75.
#pragma once

namespace ltr::grid {

/// Catches SIGTERM, SIGUSR1 and the first SIGINT while it lives; one a process, as signals are.
class StopSignal {
 public:
  StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  ~StopSignal();

  /// True once one of them has come.
  [[nodiscard]] static bool requested();
};

}  // namespace ltr::grid
