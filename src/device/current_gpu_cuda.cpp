// SPDX-License-Identifier: Apache-2.0
#include "device/cuda_check.hpp"
#include "device/current_gpu.hpp"

namespace ltr::device {
namespace {

/// The current GPU before `gpu` became it; -1 if it was that one already.
int exchange_gpu(int gpu) {
  if (gpu < 0) return -1;
  int before = -1;
  LTR_CUDA(cudaGetDevice(&before));
  if (before == gpu) return -1;
  LTR_CUDA(cudaSetDevice(gpu));
  return before;
}

}  // namespace

void use_gpu(int gpu) { exchange_gpu(gpu); }

GpuScope::GpuScope(int gpu) : before_(exchange_gpu(gpu)) {}

GpuScope::~GpuScope() {
  if (before_ >= 0) cudaSetDevice(before_);
}

}  // namespace ltr::device
