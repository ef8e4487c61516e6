// SPDX-License-Identifier: Apache-2.0
#include "train/compute_device.hpp"

namespace ltr::train {
namespace {

torch::Device& chosen() {
  static torch::Device device(torch::kCPU);
  return device;
}

}  // namespace

void set_compute_device(const torch::Device& device) { chosen() = device; }

const torch::Device& compute_device() { return chosen(); }

torch::Tensor on_compute_device(const torch::Tensor& tensor) { return tensor.to(compute_device()); }

}  // namespace ltr::train
