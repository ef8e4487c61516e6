// SPDX-License-Identifier: Apache-2.0
// Threads that decode batches ahead of training, delivered in order whatever finishes first.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/ids.hpp"
#include "config/configuration.hpp"
#include "data/pack.hpp"
#include "image/transform.hpp"

namespace ltr::data {

/// [input] in the image room's terms.
[[nodiscard]] image::TransformOptions transform_options(const config::Input& input);

/// One decoded batch. Shape: pixels [B, 3, size, size] float32 normalised (NCHW); labels [B]; samples [B].
struct Batch {
  std::int64_t index = 0;
  std::vector<float> pixels;
  std::vector<std::int64_t> labels;
  std::vector<base::SampleIndex> samples;
};

/// One image of a batch to come: which one, and what fixes its augmentation (ignored in evaluation).
struct LoaderItem {
  base::SampleIndex sample;
  image::AugmentationKey augmentation;
};

enum class LoaderMode { training, evaluation };

struct LoaderOptions {
  LoaderMode mode = LoaderMode::training;
  image::TransformOptions transform;
  int threads = 2;
  int queue_batches = 4;
};

/// Seconds spent by all decoding threads together, and by the consumer waiting.
struct LoaderTimes {
  double read_s = 0;
  double decode_s = 0;
  double transform_s = 0;
  double wait_s = 0;
};

/// Decodes batches 0..batches-1; `items_of(b)` names the images of batch b and is called from decoding
/// threads. Memory is bounded by queue_batches + 1 batches, whose buffers are reused. Thread: next() by one
/// consumer. The destructor stops cleanly at any moment.
class Loader {
 public:
  Loader(const Pack& pack, const LoaderOptions& options, std::int64_t batches,
         std::function<std::vector<LoaderItem>(std::int64_t)> items_of);
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;
  ~Loader();

  /// The next batch in order; valid until the following call.
  /// Throws: DataError naming pack, image index and path if one of its images cannot be read or decoded,
  /// whatever items_of threw, std::logic_error after the last batch. Asked again, it throws the same again.
  [[nodiscard]] const Batch& next();
  [[nodiscard]] LoaderTimes times() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ltr::data
