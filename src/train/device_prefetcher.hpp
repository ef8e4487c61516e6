// SPDX-License-Identifier: Apache-2.0
// Copies decoded batches to the device that computes, ahead of the pass that needs them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <torch/torch.h>

#include "data/loader.hpp"
#include "device/stream.hpp"
#include "train/compute_device.hpp"
#include "train/micro_batch.hpp"

namespace ltr::train {

/// For processors, loaders give normalised pixels, which are copied. For a GPU they give uint8 pixels, a
/// quarter the size, in pinned memory: these are copied on a stream of their own while the GPU computes, into
/// one of two buffers, and jittered, normalised and cast there by one kernel.
class DevicePrefetcher {
 public:
  /// Which pixels it takes: those that suit the device, or uint8 even on the host, so that tests can run a
  /// GPU's path without one.
  enum class Input { of_device, uint8 };

  DevicePrefetcher(const data::LoaderOptions& loader, const ComputeDevice& compute,
                   Input input = Input::of_device);
  DevicePrefetcher(const DevicePrefetcher&) = delete;
  DevicePrefetcher& operator=(const DevicePrefetcher&) = delete;
  ~DevicePrefetcher();

  /// `options` with the kind of pixels and the memory that the loader has to use.
  [[nodiscard]] static data::LoaderOptions loader_options(data::LoaderOptions options,
                                                          const ComputeDevice& compute,
                                                          Input input = Input::of_device);

  /// Begins to copy a batch; `batch` stays untouched until release.
  void begin(const data::Batch& batch);
  /// Returns when the batch begun last is no longer read.
  void release();
  /// The batch begun last, for what is computed on the current stream from now on; new memory every time.
  /// bfloat16 where the precision is and pixels come as uint8. Shape: as MicroBatch.
  [[nodiscard]] MicroBatch take();

 private:
  /// A batch that is being copied.
  struct Buffer {
    torch::Tensor uint8_pixels;  ///< [b, size, size, 3] uint8
    torch::Tensor labels;        ///< [b] int64
    torch::Tensor host_labels;
    torch::Tensor jitters;  ///< [b, bytes of a JitterOfImage]
    torch::Tensor host_jitters;
    bool is_jittered = false;  ///< some image is
    device::Event copied;
    device::Event used;  ///< by the kernels that read it
  };

  [[nodiscard]] bool make_room(Buffer& buffer, const data::Batch& batch) const;
  [[nodiscard]] torch::Tensor network_input(const Buffer& buffer) const;

  std::int64_t size_;
  torch::Device device_;
  bool as_uint8_;
  bool as_bfloat16_;
  image::LevelScale scale_;
  device::Stream copier_;
  std::array<Buffer, 2> buffers_;
  std::size_t next_ = 0;
  std::size_t begun_ = 0;
  MicroBatch ready_;  ///< where pixels come normalised
};

}  // namespace ltr::train
