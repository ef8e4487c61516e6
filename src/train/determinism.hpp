// SPDX-License-Identifier: Apache-2.0
// torch's process-wide switches on which equal bits depend.
#pragma once

namespace ltr::train {

/// Fixes the number of threads of every operator, and has torch refuse operators whose bits vary from run to
/// run. Called once in a process, before the first tensor is computed.
void make_deterministic(int threads_per_rank);

}  // namespace ltr::train
