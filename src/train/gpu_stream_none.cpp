// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "train/gpu_stream.hpp"

namespace ltr::train {

void use_own_stream(const torch::Device& /*gpu*/) {
  throw std::logic_error("a program built without CUDA computes on no GPU");
}

void* current_gpu_stream(const torch::Device& /*gpu*/) { return nullptr; }

std::int64_t peak_bytes_of(const torch::Device& /*gpu*/) { return 0; }

void free_kept_memory() {}

}  // namespace ltr::train
