// SPDX-License-Identifier: Apache-2.0
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAStream.h>

#include "train/gpu_stream.hpp"

namespace ltr::train {

void use_own_stream(const torch::Device& gpu) {
  c10::cuda::set_device(gpu.index());
  c10::cuda::setCurrentCUDAStream(c10::cuda::getStreamFromPool(/*isHighPriority=*/false, gpu.index()));
}

std::int64_t peak_bytes_of(const torch::Device& gpu) {
  const auto stats = c10::cuda::CUDACachingAllocator::getDeviceStats(gpu.index());
  return stats.reserved_bytes[static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE)].peak;
}

void free_kept_memory() { c10::cuda::CUDACachingAllocator::emptyCache(); }

void* current_gpu_stream(const torch::Device& gpu) {
  return c10::cuda::getCurrentCUDAStream(gpu.index()).stream();
}

}  // namespace ltr::train
