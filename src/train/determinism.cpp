// SPDX-License-Identifier: Apache-2.0
#include "train/determinism.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

namespace ltr::train {

void make_deterministic(int threads_per_rank) {
  at::set_num_threads(threads_per_rank);
  // Operators that run beside one another would share the cores of one thread count.
  if (at::get_num_interop_threads() != 1) at::set_num_interop_threads(1);
  at::Context& context = at::globalContext();
  context.setDeterministicAlgorithms(true, /*warn_only=*/false);
  context.setDeterministicMkldnn(true);
  // Filling fresh memory guards against reading it before writing, which no operator here does, and costs
  // time.
  context.setDeterministicFillUninitializedMemory(false);
}

}  // namespace ltr::train
