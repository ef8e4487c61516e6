// SPDX-License-Identifier: Apache-2.0
#include "image/transform.hpp"

#include "base/check.hpp"
#include "base/random.hpp"
#include "image/color_jitter.hpp"
#include "image/crop.hpp"

namespace ltr::image {
namespace {

enum class Flip { no, yes };

/// Scales the shorter side to `shorter` and keeps the size x size pixels in the middle.
void resize_and_centre(const Image& image, int shorter, int size, TransformBuffers& buffers, Image& out) {
  const Box scaled = scaled_box(image, shorter);
  const Box wanted = centre_box(scaled, size);
  const Box visible = intersection(scaled, wanted);
  const Resampling task{{0, 0, image.height, image.width}, scaled.height, scaled.width, visible};
  if (visible == wanted) return resample(image, task, buffers.resample, out);
  resample(image, task, buffers.resample, buffers.resampled);
  crop(buffers.resampled, {wanted.top - visible.top, wanted.left - visible.left, size, size}, out);
}

void random_crop(const TransformOptions& options, base::CounterRandom& random, const Image& image,
                 TransformBuffers& buffers) {
  const int size = options.size;
  if (options.train_crop == CropKind::random_resized) {
    const Box box = random_resized_box(image.height, image.width, random);
    return resample(image, {box, size, size, {0, 0, size, size}}, buffers.resample, buffers.cropped);
  }
  resize_and_centre(image, size, size, buffers, buffers.resized);
  const auto offsets = static_cast<std::uint64_t>(2 * options.padding + 1);
  const int top = static_cast<int>(random.below(offsets)) - options.padding;
  const int left = static_cast<int>(random.below(offsets)) - options.padding;
  crop(buffers.resized, {top, left, size, size}, buffers.cropped);
}

/// Shape: image [size, size, 3] -> out [3, size, size].
void normalise(const TransformOptions& options, Flip flip, const Image& image, std::span<float> out) {
  const int size = options.size;
  float* to = out.data();
  for (int channel = 0; channel < 3; ++channel) {
    std::array<float, 256> levels;
    for (int level = 0; level < 256; ++level) {
      levels[level] = (static_cast<float>(level) / 255.0F - options.mean[channel]) / options.std[channel];
    }
    for (int row = 0; row < size; ++row, to += size) {
      const std::uint8_t* from = &image.pixels[static_cast<std::size_t>(row) * size * 3 + channel];
      if (flip == Flip::yes) {
        for (int x = 0; x < size; ++x) to[size - 1 - x] = levels[from[3 * x]];
      } else {
        for (int x = 0; x < size; ++x) to[x] = levels[from[3 * x]];
      }
    }
  }
}

}  // namespace

void training_input(const TransformOptions& options, const AugmentationKey& key, const Image& image,
                    TransformBuffers& buffers, std::span<float> out) {
  LTR_EXPECT(out.size() == std::size_t{3} * options.size * options.size);
  base::CounterRandom random(key.seed, base::Stream::augmentation, static_cast<std::uint64_t>(key.epoch),
                             static_cast<std::uint64_t>(key.draw));
  // The crop comes last because it may take any number of draws; what comes first depends on the key alone.
  const Flip flip = random.uniform() < 0.5 && options.flip ? Flip::yes : Flip::no;
  const ColorJitter jitter = draw_color_jitter(options.color_jitter, random);
  random_crop(options, random, image, buffers);
  // Jitter does not see where a pixel lies, so the flip may wait for the last pass over the pixels.
  apply_color_jitter(jitter, buffers.cropped);
  normalise(options, flip, buffers.cropped, out);
}

void evaluation_input(const TransformOptions& options, const Image& image, TransformBuffers& buffers,
                      std::span<float> out) {
  LTR_EXPECT(out.size() == std::size_t{3} * options.size * options.size);
  const bool as_trained = options.train_crop == CropKind::pad_and_crop && image.height == options.size &&
                          image.width == options.size;
  const int shorter = as_trained ? options.size : options.evaluation_resize;
  resize_and_centre(image, shorter, options.size, buffers, buffers.cropped);
  normalise(options, Flip::no, buffers.cropped, out);
}

}  // namespace ltr::image
