// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <cuda_runtime_api.h>

#include "base/format.hpp"
#include "device/gpus.hpp"

namespace ltr::device {
namespace {

unsigned identity(const cudaDeviceProp& properties, std::size_t byte) {
  return static_cast<unsigned char>(properties.uuid.bytes[byte]);
}

}  // namespace

std::vector<Gpu> visible_gpus() {
  int count = 0;
  // Without a driver this is an error, which here means the same as no GPU.
  if (cudaGetDeviceCount(&count) != cudaSuccess) return {};
  std::vector<Gpu> gpus;
  for (int index = 0; index < count; ++index) {
    cudaDeviceProp properties{};
    std::array<char, 32> bus_id{};
    if (cudaGetDeviceProperties(&properties, index) != cudaSuccess ||
        cudaDeviceGetPCIBusId(bus_id.data(), static_cast<int>(bus_id.size()), index) != cudaSuccess) {
      // It keeps its place, by which the others are counted.
      gpus.push_back({"a GPU that tells nothing of itself", base::format("number {}", index), 0});
      continue;
    }
    gpus.push_back(
        {base::format("{}, {}, compute capability {}.{}", properties.name,
                      base::byte_size(properties.totalGlobalMem), properties.major, properties.minor),
         // Slices of one GPU have its bus in common, and an identity each.
         base::format("{} ({:02x}{:02x}{:02x}{:02x})", bus_id.data(), identity(properties, 0),
                      identity(properties, 1), identity(properties, 2), identity(properties, 3)),
         properties.totalGlobalMem});
  }
  return gpus;
}

std::string why_no_gpu() {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  return error == cudaSuccess ? "CUDA finds no device" : cudaGetErrorString(error);
}

std::string cuda_runtime_version() {
  int version = 0;
  if (cudaRuntimeGetVersion(&version) != cudaSuccess) return "unknown";
  return base::format("{}.{}", version / 1000, version % 1000 / 10);
}

}  // namespace ltr::device
