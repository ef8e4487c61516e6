// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "device/gpu_memory.hpp"
#include "device/gpus.hpp"

namespace ltr::device {

GpuMemory::GpuMemory(std::size_t bytes, int /*gpu*/) : size_bytes_(bytes) {
  throw base::ConfigError("memory of a GPU is asked for, but " + why_no_gpu());
}

void GpuMemory::Free::operator()(void* /*memory*/) const {}

}  // namespace ltr::device
