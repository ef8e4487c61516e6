// SPDX-License-Identifier: Apache-2.0
#include "train/device_prefetcher.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "train/kernels.hpp"

namespace ltr::train {
namespace {

bool takes_uint8(const torch::Device& device, DevicePrefetcher::Input input) {
  return device.is_cuda() || input == DevicePrefetcher::Input::uint8;
}

constexpr std::int64_t kJitterBytes = sizeof(JitterOfImage);

JitterOfImage plain(const image::ColorJitter& jitter) {
  JitterOfImage result{};
  std::ranges::copy(jitter.factors, result.factors);
  std::ranges::copy(jitter.order, result.order);
  return result;
}

/// A tensor of that shape: the old one where it fits, and true where it is a new one.
bool reshape(torch::Tensor& tensor, at::IntArrayRef sizes, const torch::TensorOptions& options) {
  if (tensor.defined() && tensor.sizes() == sizes) return false;
  tensor = torch::empty(sizes, options);
  return true;
}

template <class Value>
Value* begin_of(const torch::Tensor& bytes) {
  return reinterpret_cast<Value*>(bytes.data_ptr<std::uint8_t>());
}

}  // namespace

DevicePrefetcher::DevicePrefetcher(const data::LoaderOptions& loader, const ComputeDevice& compute,
                                   Input input)
    : size_(loader.transform.size),
      device_(compute.device),
      as_uint8_(takes_uint8(device_, input)),
      as_bfloat16_(compute.precision == config::Precision::bfloat16),
      scale_(image::level_scale(loader.transform)),
      copier_(device_.is_cuda() ? device::Stream::on_gpu(device_.index()) : device::Stream::host()) {}

DevicePrefetcher::~DevicePrefetcher() {
  try {
    // Copies that have begun still write.
    for (const Buffer& buffer : buffers_) buffer.copied.wait();
  } catch (const std::exception&) {
    // The GPU has failed, and whoever uses it next learns why.
  }
}

data::LoaderOptions DevicePrefetcher::loader_options(data::LoaderOptions options,
                                                     const ComputeDevice& compute, Input input) {
  if (!takes_uint8(compute.device, input)) return options;
  options.pixels = data::PixelKind::uint8_before_jitter;
  if (compute.pixel_memory) options.pixel_memory = compute.pixel_memory.get();
  return options;
}

void DevicePrefetcher::begin(const data::Batch& batch) {
  if (!as_uint8_) {
    ready_ = to_tensors(batch, static_cast<int>(size_));
    return;
  }
  begun_ = next_;
  next_ = (next_ + 1) % buffers_.size();
  Buffer& buffer = buffers_[begun_];
  // Memory that is new here may be that of a tensor which kernels in the queue still use.
  if (make_room(buffer, batch)) buffer.used.record(current_stream(device_));
  copier_.wait(buffer.used);
  copier_.copy(buffer.uint8_pixels.data_ptr(), batch.uint8_pixels.data(), batch.uint8_pixels.size());
  copier_.copy(buffer.labels.data_ptr(), buffer.host_labels.data_ptr(), buffer.labels.nbytes());
  copier_.copy(buffer.jitters.data_ptr(), buffer.host_jitters.data_ptr(), buffer.jitters.nbytes());
  buffer.copied.record(copier_);
}

/// Where shapes change, as in the last batch of a set, tensors are new ones: true. What the host had written
/// to them two batches ago has long been copied: release comes before every batch.
bool DevicePrefetcher::make_room(Buffer& buffer, const data::Batch& batch) const {
  const auto images = static_cast<std::int64_t>(batch.labels.size());
  const auto there = torch::TensorOptions().device(device_);
  const auto here = torch::TensorOptions().pinned_memory(device_.is_cuda());
  bool is_new = reshape(buffer.uint8_pixels, {images, size_, size_, 3}, there.dtype(torch::kUInt8));
  is_new = reshape(buffer.labels, {images}, there.dtype(torch::kInt64)) || is_new;
  is_new = reshape(buffer.jitters, {images, kJitterBytes}, there.dtype(torch::kUInt8)) || is_new;
  reshape(buffer.host_labels, {images}, here.dtype(torch::kInt64));
  reshape(buffer.host_jitters, {images, kJitterBytes}, here.dtype(torch::kUInt8));
  std::ranges::copy(batch.labels, buffer.host_labels.data_ptr<std::int64_t>());
  buffer.is_jittered = std::ranges::any_of(batch.jitters, [](const image::ColorJitter& jitter) {
    return std::ranges::any_of(jitter.factors, [](float factor) { return factor != 1; });
  });
  for (std::size_t i = 0; i < batch.jitters.size(); ++i) {
    begin_of<JitterOfImage>(buffer.host_jitters)[i] = plain(batch.jitters[i]);
  }
  return is_new;
}

void DevicePrefetcher::release() {
  if (as_uint8_) buffers_[begun_].copied.wait();
}

MicroBatch DevicePrefetcher::take() {
  if (!as_uint8_) return std::exchange(ready_, {});
  Buffer& buffer = buffers_[begun_];
  const device::Stream stream = current_stream(device_);
  stream.wait(buffer.copied);
  MicroBatch result{network_input(buffer), buffer.labels.clone()};
  buffer.used.record(stream);
  return result;
}

/// Shape: [b, 3, size, size], channels last.
torch::Tensor DevicePrefetcher::network_input(const Buffer& buffer) const {
  const device::Stream stream = current_stream(device_);
  const std::int64_t images = buffer.labels.size(0);
  torch::Tensor inputs =
      torch::empty({images, 3, size_, size_}, torch::TensorOptions()
                                                  .device(device_)
                                                  .dtype(as_bfloat16_ ? torch::kBFloat16 : torch::kFloat32)
                                                  .memory_format(torch::MemoryFormat::ChannelsLast));
  NormalizePixel normalize;
  normalize.uint8_pixels = buffer.uint8_pixels.data_ptr<std::uint8_t>();
  normalize.pixels = size_ * size_;
  std::ranges::copy(scale_.scale, normalize.scale);
  std::ranges::copy(scale_.shift, normalize.shift);
  if (as_bfloat16_) {
    normalize.as_bfloat16 = static_cast<std::uint16_t*>(inputs.data_ptr());
  } else {
    normalize.as_float32 = inputs.data_ptr<float>();
  }
  torch::Tensor luma_sums;
  if (buffer.is_jittered) {
    luma_sums = torch::zeros({images}, torch::TensorOptions().device(device_).dtype(torch::kInt64));
    normalize.jitters = begin_of<const JitterOfImage>(buffer.jitters);
    normalize.luma_sums = luma_sums.data_ptr<std::int64_t>();
    for_each_index(
        images * size_,
        LumaOfRow{normalize.uint8_pixels, normalize.jitters, size_, luma_sums.data_ptr<std::int64_t>()},
        stream);
  }
  for_each_index(images * size_ * size_, normalize, stream);
  return inputs;
}

}  // namespace ltr::train
