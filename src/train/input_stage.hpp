// SPDX-License-Identifier: Apache-2.0
// The way of a decoded batch to where the process computes, ahead of the pass that needs it.
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

/// For processors, loaders give normalised pixels, which are copied. For a GPU they give levels, a quarter
/// the size, in pinned memory: these are copied on a stream of their own while the GPU computes, into one of
/// two places, and jittered, normalised and cast there by one kernel.
class InputStage {
 public:
  /// How the levels' way is gone: by a GPU's, or on the host, which stands in for one in tests.
  enum class Way { of_device, levels };

  InputStage(const data::LoaderOptions& loader, const Compute& compute, Way way = Way::of_device);
  InputStage(const InputStage&) = delete;
  InputStage& operator=(const InputStage&) = delete;
  ~InputStage();

  /// `options` as the loader needs them: kind of pixels, and memory that lasts as long as the process.
  [[nodiscard]] static data::LoaderOptions loader_options(data::LoaderOptions options, const Compute& compute,
                                                          Way way = Way::of_device);

  /// Begins to bring a batch over; `batch` stays untouched until release.
  void begin(const data::Batch& batch);
  /// Returns when the batch begun last is no longer read.
  void release();
  /// The batch begun last, for what is computed on the current stream from now on; new memory every time.
  /// bfloat16 where the precision is and pixels come as levels. Shape: as MicroBatch.
  [[nodiscard]] MicroBatch take();

 private:
  /// A batch on its way.
  struct Place {
    torch::Tensor levels;  ///< [b, size, size, 3] uint8
    torch::Tensor labels;  ///< [b] int64
    torch::Tensor host_labels;
    torch::Tensor jitters;  ///< [b, bytes of a JitterOfImage]
    torch::Tensor host_jitters;
    bool is_jittered = false;  ///< some image is
    device::Event copied;
    device::Event used;  ///< by the kernels that read it
  };

  [[nodiscard]] bool make_room(Place& place, const data::Batch& batch) const;
  [[nodiscard]] torch::Tensor network_input(const Place& place) const;

  std::int64_t size_;
  torch::Device device_;
  bool as_levels_;
  bool as_bfloat16_;
  image::LevelScale scale_;
  device::Stream copier_;
  std::array<Place, 2> places_;
  std::size_t next_ = 0;
  std::size_t begun_ = 0;
  MicroBatch ready_;  ///< where pixels come normalised
};

}  // namespace ltr::train
