// SPDX-License-Identifier: Apache-2.0
#include "train/compute_device.hpp"

#include "train/gpu_stream.hpp"

namespace ltr::train {
namespace {

Compute& chosen() {
  static Compute choice;
  return choice;
}

}  // namespace

void set_compute(const Compute& choice) {
  if (choice.device.is_cuda()) use_own_stream(choice.device);
  chosen() = choice;
}

const Compute& compute() { return chosen(); }

std::int64_t peak_gpu_memory_bytes() {
  return compute_device().is_cuda() ? peak_bytes_of(compute_device()) : 0;
}

torch::Tensor on_compute_device(const torch::Tensor& tensor) { return tensor.to(compute_device()); }

void move_to_compute_device(torch::nn::Module& module) {
  module.to(compute_device());
  if (compute_device().is_cpu()) return;
  for (torch::Tensor& parameter : module.parameters()) {
    if (parameter.dim() == 4) parameter.set_data(parameter.contiguous(torch::MemoryFormat::ChannelsLast));
  }
}

device::Stream current_stream(const torch::Device& device) {
  return device.is_cuda() ? device::Stream::borrowed(current_gpu_stream(device)) : device::Stream::host();
}

}  // namespace ltr::train
