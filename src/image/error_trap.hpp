// SPDX-License-Identifier: Apache-2.0
// The way back from a C library whose error callback must not return.
#pragma once

#include <csetjmp>
#include <cstdio>

namespace ltr::image {

/// Runs steps that call a C library. The library's error callback calls fail(), which jumps out of the step.
/// The jump runs no destructors, so a step may hold only trivial objects: allocate and clean up outside of
/// it.
class ErrorTrap {
 public:
  /// False if the step was left by fail().
  template <class Step>
  [[nodiscard]] bool run(const Step& step) {
    if (setjmp(jump_) != 0) return false;
    step();
    return true;
  }

  /// Only from within a step.
  [[noreturn]] void fail(const char* reason) noexcept {
    std::snprintf(reason_, sizeof reason_, "%s", reason);
    std::longjmp(jump_, 1);
  }

  /// Why the last step failed.
  [[nodiscard]] const char* reason() const { return reason_; }

 private:
  std::jmp_buf jump_{};
  char reason_[256] = "";
};

}  // namespace ltr::image
