// SPDX-License-Identifier: Apache-2.0
// Elapsed time on the steady clock.
#pragma once

#include <chrono>

namespace ltr::base {

/// Runs from construction. Units: seconds.
class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace ltr::base
