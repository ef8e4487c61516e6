// SPDX-License-Identifier: Apache-2.0
// The GPU that a thread's CUDA calls mean when they name none.
#pragma once

namespace ltr::device {

/// Makes `gpu` the calling thread's current one for good, as a thread of its own does first: CUDA would give
/// it GPU 0 and take memory there. -1: nothing. Throws: SystemError if it cannot be used.
void use_gpu(int gpu);

/// The same until the end of the scope.
class GpuScope {
 public:
  explicit GpuScope(int gpu);
  GpuScope(const GpuScope&) = delete;
  GpuScope& operator=(const GpuScope&) = delete;
  ~GpuScope();

 private:
  int before_ = -1;  ///< to be restored; -1: it was that one already
};

}  // namespace ltr::device
