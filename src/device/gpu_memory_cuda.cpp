// SPDX-License-Identifier: Apache-2.0
#include "device/cuda_check.hpp"
#include "device/current_gpu.hpp"
#include "device/gpu_memory.hpp"

namespace ltr::device {

GpuMemory::GpuMemory(std::size_t bytes, int gpu) : size_bytes_(bytes) {
  const GpuScope scope(gpu);
  void* memory = nullptr;
  LTR_CUDA(cudaMalloc(&memory, bytes));
  memory_.reset(memory);
}

void GpuMemory::Free::operator()(void* memory) const { cudaFree(memory); }

}  // namespace ltr::device
