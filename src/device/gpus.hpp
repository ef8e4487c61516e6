// SPDX-License-Identifier: Apache-2.0
// Which GPUs this process can see; for the record's environment.
#pragma once

#include <string>
#include <vector>

namespace ltr::device {

/// One line a visible GPU: "NVIDIA H100 80GB HBM3, 79.2 GiB, compute capability 9.0". Empty without GPU or
/// driver. A build without CUDA sees none.
[[nodiscard]] std::vector<std::string> visible_gpus();

/// "13.0", or "none" in a build without CUDA.
[[nodiscard]] std::string cuda_runtime_version();

}  // namespace ltr::device
