// SPDX-License-Identifier: Apache-2.0
// torch's streams of a GPU. For this room's sources only.
#pragma once

#include <cstdint>

#include <torch/torch.h>

namespace ltr::train {

/// Makes `gpu` this thread's device, and a stream of torch's pool its current one.
void use_own_stream(const torch::Device& gpu);

/// A cudaStream_t: this thread's current stream.
[[nodiscard]] void* current_gpu_stream(const torch::Device& gpu);

/// The most that torch has taken of the GPU's memory so far. Units: bytes.
[[nodiscard]] std::int64_t peak_bytes_of(const torch::Device& gpu);

/// Gives the GPU back what torch keeps for later.
void free_kept_memory();

}  // namespace ltr::train
