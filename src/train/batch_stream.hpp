// SPDX-License-Identifier: Apache-2.0
// A rank's training images of one epoch, decoded ahead.
#pragma once

#include <cstdint>
#include <exception>
#include <vector>

#include "data/loader.hpp"
#include "data/pack.hpp"
#include "sampling/draw.hpp"
#include "sampling/slice.hpp"
#include "train/compute_device.hpp"
#include "train/device_prefetcher.hpp"
#include "train/micro_batch.hpp"

namespace ltr::train {

/// What fixes the batches of a rank.
struct BatchStreamOptions {
  sampling::DrawOptions draws;
  sampling::BatchShape shape;
  int rank = 0;
  data::LoaderOptions loader;
  ComputeDevice device = {};  ///< outlives the stream, for its memory
};

/// The micro-batches of one rank in one epoch. The pack must outlive it.
class BatchStream {
 public:
  /// Begins with step `first_step`, which is not the epoch's end; decoding starts at once.
  BatchStream(const data::Pack& pack, const BatchStreamOptions& options, sampling::EpochDraws draws,
              std::int64_t first_step);

  /// The rank's next micro-batch, where the process computes. Throws: DataError if an image cannot be
  /// decoded.
  [[nodiscard]] MicroBatch next();
  /// The same batch as the loader delivered it; valid until prefetch or next.
  [[nodiscard]] const data::Batch& delivered() const { return *batch_; }
  /// Begins to bring the next batch there, if there is one: called while a GPU computes. What goes wrong,
  /// next says.
  void prefetch();
  /// Draws of each class in a step, over all ranks. Shape: [K].
  [[nodiscard]] std::vector<std::int64_t> classes_of_step(std::int64_t step) const;
  [[nodiscard]] data::LoaderTimes times() const { return loader_.times(); }

 private:
  void fetch();

  sampling::EpochDraws draws_;
  std::int64_t global_batch_;
  std::int64_t left_;  ///< batches not yet asked of the loader
  data::Loader loader_;
  DevicePrefetcher prefetcher_;  ///< goes before the loader's memory
  const data::Batch* batch_ = nullptr;
  bool fetched_ = false;        ///< batch_, and not yet given out
  std::exception_ptr failure_;  ///< of a prefetch
};

}  // namespace ltr::train
