// SPDX-License-Identifier: Apache-2.0
// torch's process-wide switches on which equal bits depend.
#pragma once

#include "config/enums.hpp"

namespace ltr::train {

/// Fixes the number of threads of every operator, and has torch refuse operators whose bits vary from run to
/// run. Called once in a process, before the first tensor is computed.
void make_deterministic(int threads_per_rank);

/// What a GPU may do beyond that: TF32 where that is the precision, and with `autotune` whatever cuDNN and
/// torch find fastest, whose bits vary from run to run. Called once, after make_deterministic.
void set_gpu_arithmetic(config::Precision precision, bool autotune);

}  // namespace ltr::train
