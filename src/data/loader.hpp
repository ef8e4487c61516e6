// SPDX-License-Identifier: Apache-2.0
// Threads that decode batches ahead of training, delivered in order whatever finishes first.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <memory_resource>
#include <span>
#include <vector>

#include "base/ids.hpp"
#include "config/configuration.hpp"
#include "data/decoded_images.hpp"
#include "data/pack.hpp"
#include "image/color_jitter.hpp"
#include "image/transform.hpp"

namespace ltr::data {

/// [input] in the image room's terms.
[[nodiscard]] image::TransformOptions transform_options(const config::Input& input);

/// What a batch's pixels are: normalised float32, for processors, or uint8, a quarter the size, for a device
/// that normalises them, and that may apply the colour jitter too.
enum class PixelKind { normalized, uint8, uint8_before_jitter };

/// One decoded batch. Shape: of pixels and uint8_pixels the one that was asked for [B, size, size, 3],
/// channels last, the other empty; jitters [B] where they are still to be applied, or empty; labels [B];
/// samples [B], the images that were decoded.
struct Batch {
  std::int64_t index = 0;
  std::vector<float> pixels;
  std::pmr::vector<std::uint8_t> uint8_pixels;
  std::vector<image::ColorJitter> jitters;
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
  PixelKind pixels = PixelKind::normalized;
  image::TransformOptions transform;
  int threads = 2;
  int queue_batches = 4;
  DecodedImages* decoded = nullptr;  ///< of the same pack: where decoded images are kept; null: nowhere
  /// Of uint8_pixels; outlives the loader.
  std::pmr::memory_resource* pixel_memory = std::pmr::new_delete_resource();
};

/// Seconds spent by all decoding threads together, and by the consumer waiting.
struct LoaderTimes {
  double read_s = 0;
  double decode_s = 0;
  double resample_s = 0;  ///< and all that follows: flip, jitter, normalising
  double wait_s = 0;

  LoaderTimes& operator+=(const LoaderTimes& other);
};

/// Puts the images of batch `b` into `items`, which comes empty and keeps its memory from batch to batch.
using ItemsOf = std::function<void(std::int64_t b, std::vector<LoaderItem>& items)>;

/// Decodes batches 0..batches-1; `items_of` names the images of each and is called from decoding threads, one
/// at a time. Memory is bounded by queue_batches + 1 batches; they and the threads' buffers are reused, so
/// that once they have grown to what the images need, nothing is allocated. Thread: next() by one consumer.
/// The destructor stops cleanly at any moment.
class Loader {
 public:
  Loader(const Pack& pack, const LoaderOptions& options, std::int64_t batches, ItemsOf items_of);
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
