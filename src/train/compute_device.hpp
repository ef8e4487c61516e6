// SPDX-License-Identifier: Apache-2.0
// Where this process computes: on the host, or on one GPU; and in which precision.
#pragma once

#include <cstdint>

#include <torch/torch.h>

#include "comm/gradient_reducer.hpp"
#include "config/enums.hpp"
#include "device/stream.hpp"

namespace ltr::train {

/// Where, in which precision, and how ranks talk of it.
struct Compute {
  torch::Device device = torch::kCPU;
  config::Precision precision = config::Precision::float32;
  comm::Transport transport = comm::Transport::mpi;
};

/// Chooses for the whole process, before its first network is made; the default unless called. On a GPU, all
/// that this thread has it compute then goes to one stream that is not CUDA's default one, which no graph can
/// record.
void set_compute(const Compute& choice);
[[nodiscard]] const Compute& compute();
[[nodiscard]] inline const torch::Device& compute_device() { return compute().device; }

/// The most of its GPU's memory that this process has taken for tensors so far; 0 on the host. Units: bytes.
[[nodiscard]] std::int64_t peak_gpu_memory_bytes();

/// The tensor itself where it is already there, a copy otherwise.
[[nodiscard]] torch::Tensor on_compute_device(const torch::Tensor& tensor);

/// Moves the module there; on a GPU with the weights of convolutions channels last, as activations are.
void move_to_compute_device(torch::nn::Module& module);

/// What this thread has `device` compute is queued there.
[[nodiscard]] device::Stream current_stream(const torch::Device& device);

}  // namespace ltr::train
