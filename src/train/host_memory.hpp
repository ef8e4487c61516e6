// SPDX-License-Identifier: Apache-2.0
// How the C library treats memory that a step frees and the next one asks for again.
#pragma once

namespace ltr::train {

/// Has freed blocks of up to 32 MiB stay with the process instead of going back to the kernel: otherwise
/// every step's activations are fresh pages, a tenth of a small network's time. Called once in a process.
/// Cost: memory stays at its peak.
void keep_freed_memory();

}  // namespace ltr::train
