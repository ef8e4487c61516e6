// SPDX-License-Identifier: Apache-2.0
// Every CUDA call goes through LTR_CUDA, so that no failure passes unseen. For sources that include CUDA
// only.
#pragma once

#include <source_location>

#include <cuda_runtime_api.h>

namespace ltr::device {

/// Throws: SystemError with the call, CUDA's message, the host and the place.
[[noreturn]] void cuda_failed(cudaError_t code, const char* call, const std::source_location& place);

inline void check_cuda(cudaError_t code, const char* call,
                       const std::source_location& place = std::source_location::current()) {
  if (code != cudaSuccess) cuda_failed(code, call, place);
}

}  // namespace ltr::device

#define LTR_CUDA(call) ::ltr::device::check_cuda((call), #call)
