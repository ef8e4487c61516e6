// SPDX-License-Identifier: Apache-2.0
// Where a process computes: on the host, or on one GPU; and in which precision.
#pragma once

#include <cstdint>
#include <memory>
#include <memory_resource>

#include <torch/torch.h>

#include "comm/gradient_reducer.hpp"
#include "config/enums.hpp"
#include "device/stream.hpp"

namespace ltr::train {

/// Where, in which precision, and how ranks exchange gradients. Copies are of the same device.
struct ComputeDevice {
  torch::Device device = torch::kCPU;
  config::Precision precision = config::Precision::float32;
  comm::Transport transport = comm::Transport::mpi;
  /// Where loaders put what is copied to a GPU: pinned, and kept from loader to loader. Null: anywhere.
  std::shared_ptr<std::pmr::memory_resource> pixel_memory = nullptr;

  /// The most of its GPU's memory that this process has taken for tensors so far; 0 on the host.
  /// Units: bytes.
  [[nodiscard]] std::int64_t peak_gpu_memory_bytes() const;
  /// Moves the module there; on a GPU with the weights of convolutions channels last, as activations are.
  void take(torch::nn::Module& module) const;
};

/// To be made once, before the process's first network. On a GPU, all that this thread has it compute then
/// goes to one stream that is not CUDA's default one, which no graph can record.
[[nodiscard]] ComputeDevice make_compute_device(const torch::Device& device, config::Precision precision,
                                                comm::Transport transport);

/// What this thread has `device` compute is queued there.
[[nodiscard]] device::Stream current_stream(const torch::Device& device);

}  // namespace ltr::train
