// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/host.hpp"
#include "device/cuda_check.hpp"

namespace ltr::device {
namespace {

std::string_view remedy(cudaError_t code) {
  switch (code) {
    case cudaErrorMemoryAllocation:
      return "the GPU has too little memory left; use more micro-batches, fewer ranks a GPU, or a GPU that "
             "nobody else uses";
    case cudaErrorNoKernelImageForDevice:
    case cudaErrorInvalidDeviceFunction:
      return "the program was not built for this GPU; configure with its compute capability in "
             "-DLTR_CUDA_ARCHITECTURES";
    case cudaErrorNoDevice:
    case cudaErrorInvalidDevice:
    case cudaErrorInsufficientDriver:
      return "this GPU cannot be used; see what nvidia-smi says, and CUDA_VISIBLE_DEVICES";
    default:
      return "what this GPU has computed since is lost; see nvidia-smi and the system's log, then start the "
             "same command again: it goes on from the last checkpoint";
  }
}

}  // namespace

void cuda_failed(cudaError_t code, const char* call, const std::source_location& place) {
  // An error that does not last must not be found again by the next launch.
  static_cast<void>(cudaGetLastError());
  std::string_view file = place.file_name();
  file.remove_prefix(file.rfind('/') + 1);
  throw base::SystemError(base::format("{} failed with \"{}\" ({}) on {}, at {}:{}; {}", call,
                                       cudaGetErrorString(code), cudaGetErrorName(code), base::host_name(),
                                       file, place.line(), remedy(code)));
}

}  // namespace ltr::device
