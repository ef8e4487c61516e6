// SPDX-License-Identifier: Apache-2.0
// Which GPUs this process can see.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ltr::device {

/// A GPU that this process can compute on.
struct Gpu {
  std::string description;  ///< "NVIDIA H100 80GB HBM3, 79.2 GiB, compute capability 9.0"
  std::string bus_id;       ///< "0000:17:00.0 (3f2a90c1)", which no other GPU of the host has
  std::uint64_t memory_bytes = 0;
};

/// In CUDA's order. Empty without GPU or driver. A build without CUDA sees none.
[[nodiscard]] std::vector<Gpu> visible_gpus();

/// Why there is none, in CUDA's words; of no meaning where there is one.
[[nodiscard]] std::string why_no_gpu();

/// "13.0", or "none" in a build without CUDA.
[[nodiscard]] std::string cuda_runtime_version();

}  // namespace ltr::device
