// SPDX-License-Identifier: Apache-2.0
#include <cuda_runtime_api.h>

#include "base/format.hpp"
#include "device/gpus.hpp"

namespace ltr::device {

std::vector<std::string> visible_gpus() {
  int count = 0;
  // Without a driver this is an error, which here means the same as no GPU.
  if (cudaGetDeviceCount(&count) != cudaSuccess) return {};
  std::vector<std::string> lines;
  for (int index = 0; index < count; ++index) {
    cudaDeviceProp properties{};
    if (cudaGetDeviceProperties(&properties, index) != cudaSuccess) continue;
    lines.push_back(base::format("{}, {}, compute capability {}.{}", properties.name,
                                 base::byte_size(properties.totalGlobalMem), properties.major,
                                 properties.minor));
  }
  return lines;
}

std::string cuda_runtime_version() {
  int version = 0;
  if (cudaRuntimeGetVersion(&version) != cudaSuccess) return "unknown";
  return base::format("{}.{}", version / 1000, version % 1000 / 10);
}

}  // namespace ltr::device
