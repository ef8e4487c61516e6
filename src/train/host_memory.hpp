// SPDX-License-Identifier: Apache-2.0
// Memory of this process: how the C library keeps it, and how much there was.
#pragma once

#include <cstdint>

namespace ltr::train {

/// Has freed blocks of up to 32 MiB stay with the process instead of going back to the kernel: otherwise
/// every step's activations are fresh pages, a tenth of a small network's time. Called once in a process.
/// Cost: memory stays at its peak.
void keep_freed_memory();

/// The most memory this process has had so far. Units: bytes, resident.
[[nodiscard]] std::int64_t peak_memory_bytes();

}  // namespace ltr::train
