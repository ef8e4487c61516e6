// SPDX-License-Identifier: Apache-2.0
// The CUDA runtime's streams, events and memory out of threads of the host, for tests of who waits for whom.
// It cannot show what only a GPU has: kernels, captured graphs, errors of the hardware, how long anything
// takes.
#pragma once

#include <atomic>
#include <functional>

#include <cuda_runtime_api.h>

namespace ltr::stand_in {

/// As a kernel: `work` runs when everything given to `stream` before is done.
/// Returns what a launch would: an error where the stream is not of the calling thread's current GPU.
[[nodiscard]] cudaError_t launch(cudaStream_t stream, std::function<void()> work);

/// What goes slowly, or wrong, on this rank as long as a test says so.
struct Conditions {
  std::atomic<int> copy_to_gpu_us = 0;           ///< before each copy into a GPU's memory begins
  std::atomic<int> nccl_us = 0;                  ///< before each operation of NCCL begins
  std::atomic<bool> gpu_memory_is_full = false;  ///< cudaMalloc fails
  std::atomic<bool> gpu_has_failed = false;      ///< so says whoever asks for an event
  std::atomic<bool> cannot_join = false;   ///< no communicator on this rank, though the others get theirs
  std::atomic<bool> peer_is_gone = false;  ///< NCCL has found out, and says so when it is asked
};
[[nodiscard]] Conditions& conditions();

/// Sets a condition for the length of a scope.
template <class Value>
class While {
 public:
  While(std::atomic<Value>& condition, Value value) : condition_(condition) { condition_ = value; }
  While(const While&) = delete;
  While& operator=(const While&) = delete;
  ~While() { condition_ = Value{}; }

 private:
  std::atomic<Value>& condition_;
};

}  // namespace ltr::stand_in
