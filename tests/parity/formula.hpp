// SPDX-License-Identifier: Apache-2.0
// Weights, pixels and labels from a formula that formula.py computes too, bit for bit.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string>

#include <torch/torch.h>

#include "base/hash.hpp"
#include "model/state.hpp"

namespace ltr::parity {

/// splitmix64's mixing of crc32(name) * 2^32 + index.
inline std::uint64_t hash(const std::string& name, std::int64_t index) {
  const std::uint64_t crc = base::crc32(std::as_bytes(std::span(name)));
  std::uint64_t z = (crc << 32) + static_cast<std::uint64_t>(index);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

/// float32, uniform over centre -+ width / 2.
inline torch::Tensor values(const std::string& name, torch::IntArrayRef shape, double centre, double width) {
  torch::Tensor tensor = torch::empty(shape, torch::kFloat32);
  float* const data = tensor.data_ptr<float>();
  for (std::int64_t i = 0; i < tensor.numel(); ++i) {
    const double unit = static_cast<double>(hash(name, i) >> 40) / 0x1.0p24 - 0.5;
    data[i] = static_cast<float>(centre + width * unit);
  }
  return tensor;
}

inline torch::Tensor labels(const std::string& name, std::int64_t count, std::uint64_t classes) {
  torch::Tensor tensor = torch::empty({count}, torch::kInt64);
  for (std::int64_t i = 0; i < count; ++i) {
    tensor.data_ptr<std::int64_t>()[i] = static_cast<std::int64_t>(hash(name, i) % classes);
  }
  return tensor;
}

/// Gives every parameter and buffer its value by name and shape; formula.py says why these.
inline void fill(torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  const model::NamedTensors tensors = model::state(module);
  double fc_features = 0;
  for (const auto& [name, tensor] : tensors) {
    if (name == "fc.weight") fc_features = static_cast<double>(tensor.size(1));
  }
  for (const auto& [name, tensor] : tensors) {
    const auto set = [&](double centre, double width) {
      tensor.copy_(values(name, tensor.sizes(), centre, width));
    };
    if (name.ends_with("num_batches_tracked")) {
      tensor.fill_(7);
    } else if (tensor.dim() == 4) {
      set(0, std::sqrt(96.0 / static_cast<double>(tensor.size(0) * tensor.size(2) * tensor.size(3))));
    } else if (name.starts_with("fc.")) {
      set(0, 0.25 / std::sqrt(fc_features));
    } else if (name.ends_with("running_var")) {
      set(4, 2);
    } else if (name.ends_with("bn2.weight") || name.ends_with("bn3.weight")) {
      set(0.125, 0.0625);
    } else if (name.ends_with("weight")) {
      set(1, 0.5);
    } else {
      set(0, 1);
    }
  }
}

}  // namespace ltr::parity
