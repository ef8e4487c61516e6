// SPDX-License-Identifier: Apache-2.0
#include "train/determinism.hpp"

#include <cstdlib>

#include <ATen/Context.h>
#include <ATen/Parallel.h>

namespace ltr::train {

void make_deterministic(int threads_per_rank) {
  at::set_num_threads(threads_per_rank);
  // Operators that run beside one another would share the cores of one thread count.
  if (at::get_num_interop_threads() != 1) at::set_num_interop_threads(1);
  at::Context& context = at::globalContext();
  // cuBLAS gives the same bits every time only with a workspace of its own, which it reads when it starts.
  setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
  context.setDeterministicCuDNN(true);
  context.setBenchmarkCuDNN(false);
  context.setAllowTF32CuBLAS(false);
  context.setAllowTF32CuDNN(false);
  context.setDeterministicAlgorithms(true, /*warn_only=*/false);
  context.setDeterministicMkldnn(true);
  // Filling fresh memory guards against reading it before writing, which no operator here does, and costs
  // time.
  context.setDeterministicFillUninitializedMemory(false);
}

void set_gpu_arithmetic(config::Precision precision, bool autotune) {
  at::Context& context = at::globalContext();
  context.setAllowTF32CuBLAS(precision == config::Precision::tf32);
  context.setAllowTF32CuDNN(precision == config::Precision::tf32);
  context.setDeterministicCuDNN(!autotune);
  context.setBenchmarkCuDNN(autotune);
  context.setDeterministicAlgorithms(!autotune, /*warn_only=*/false);
}

}  // namespace ltr::train
