// SPDX-License-Identifier: Apache-2.0
#include "train/compute_device.hpp"

#include "device/pinned_memory.hpp"
#include "train/gpu_stream.hpp"

namespace ltr::train {

ComputeDevice make_compute_device(const torch::Device& device, config::Precision precision,
                                  comm::Transport transport) {
  if (device.is_cpu()) return {device, precision, transport};
  use_own_stream(device);
  return {device, precision, transport, std::make_shared<ltr::device::PinnedResource>(device.index())};
}

std::int64_t ComputeDevice::peak_gpu_memory_bytes() const {
  return device.is_cuda() ? peak_bytes_of(device) : 0;
}

void ComputeDevice::take(torch::nn::Module& module) const {
  module.to(device);
  if (device.is_cpu()) return;
  for (torch::Tensor& parameter : module.parameters()) {
    if (parameter.dim() == 4) parameter.set_data(parameter.contiguous(torch::MemoryFormat::ChannelsLast));
  }
}

device::Stream current_stream(const torch::Device& device) {
  return device.is_cuda() ? device::Stream::borrowed(current_gpu_stream(device)) : device::Stream::host();
}

}  // namespace ltr::train
