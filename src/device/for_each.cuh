// SPDX-License-Identifier: Apache-2.0
// A functor for every index, on a GPU; for .cu files only. Its twin on the host is for_each.hpp.
#pragma once

#include <algorithm>
#include <cstdint>

#include <cuda_runtime.h>

#include "device/cuda_check.hpp"
#include "device/for_each.hpp"
#include "device/stream.hpp"

namespace ltr::device {

template <class Functor>
__global__ void for_each_index_kernel(std::int64_t count, Functor functor) {
  const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count;
       i += stride) {
    functor(i);
  }
}

/// Queues functor(i) for i = 0 .. count - 1 on `stream`; on the host: done on return. The functor is copied.
/// Throws: SystemError if the kernel cannot be launched.
/// Thread: the calling thread's current GPU is the stream's.
template <class Functor>
void for_each_index(std::int64_t count, const Functor& functor, const Stream& stream) {
  constexpr std::int64_t kThreads = 256;
  // Enough to fill every GPU several times over; the rest is strided.
  constexpr std::int64_t kMostBlocks = 4096;
  if (count <= 0) return;
  if (stream.on_host()) {
    for_each_index(count, functor);
    return;
  }
  const auto blocks = static_cast<unsigned>(std::min((count + kThreads - 1) / kThreads, kMostBlocks));
  Functor copied = functor;
  void* arguments[] = {&count, &copied};
  // Unlike <<<>>> it returns its own failure, not what an earlier call on this thread has left.
  check_cuda(cudaLaunchKernel(reinterpret_cast<const void*>(&for_each_index_kernel<Functor>), dim3(blocks),
                              dim3(static_cast<unsigned>(kThreads)), arguments, 0,
                              static_cast<cudaStream_t>(stream.handle())),
             "the launch of a kernel");
}

}  // namespace ltr::device
