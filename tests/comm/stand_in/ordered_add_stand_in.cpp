// SPDX-License-Identifier: Apache-2.0
// In place of ordered_add.cu: the host's twin of the kernel, queued where the kernel would be.
#include <cuda_runtime_api.h>

#include "comm/ordered_add.hpp"
#include "comm/stand_in/cuda_stand_in.hpp"
#include "device/cuda_check.hpp"
#include "device/for_each.hpp"

namespace ltr::comm {

void add_in_order(std::span<float* const> partials, float* sum, std::size_t size,
                  const device::Stream& stream) {
  for_each_pass(partials, sum, [&](const auto& pass) {
    const auto add = [pass, size] { device::for_each_index(static_cast<std::int64_t>(size), pass); };
    LTR_CUDA(stand_in::launch(static_cast<cudaStream_t>(stream.handle()), add));
  });
}

}  // namespace ltr::comm
