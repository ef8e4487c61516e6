// SPDX-License-Identifier: Apache-2.0
#include "image/transform.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/random.hpp"
#include "image/crop.hpp"

namespace ltr::image {
namespace {

/// The shorter side is scaled to `shorter`; of the size x size pixels in the middle, moved by `top` and
/// `left`, those are seen that lay in the middle before.
View centred_view(int height, int width, int shorter, int size, int top, int left) {
  const Box scaled = scaled_box(height, width, shorter);
  const Box middle = centre_box(scaled, size);
  const Box wanted{middle.top + top, middle.left + left, size, size};
  const Box seen = intersection(intersection(scaled, middle), wanted);
  return {.resampling = {.source = {0, 0, height, width},
                         .height = scaled.height,
                         .width = scaled.width,
                         .window = seen},
          .place = {seen.top - wanted.top, seen.left - wanted.left, seen.height, seen.width},
          .jitter = {}};
}

View random_view(const TransformOptions& options, base::CounterRandom& random, int height, int width) {
  const int size = options.size;
  if (options.train_crop == CropKind::random_resized) {
    const Box all{0, 0, size, size};
    const Box source = random_resized_box(height, width, random);
    return {.resampling = {.source = source, .height = size, .width = size, .window = all},
            .place = all,
            .jitter = {}};
  }
  const auto offsets = static_cast<std::uint64_t>(2 * options.padding + 1);
  const int top = static_cast<int>(random.below(offsets)) - options.padding;
  const int left = static_cast<int>(random.below(offsets)) - options.padding;
  return centred_view(height, width, size, size, top, left);
}

}  // namespace

View training_view(const TransformOptions& options, const AugmentationKey& key, int height, int width) {
  base::CounterRandom random(key.seed, base::Stream::augmentation, static_cast<std::uint64_t>(key.epoch),
                             static_cast<std::uint64_t>(key.draw));
  // The crop comes last because it may take any number of draws; what comes first depends on the key alone.
  const bool flipped = random.uniform() < 0.5 && options.flip;
  const ColorJitter jitter = draw_color_jitter(options.color_jitter, random);
  View view = random_view(options, random, height, width);
  view.jitter = jitter;
  if (flipped) {
    view.resampling.flip = Flip::yes;
    view.place.left = options.size - view.place.left - view.place.width;
  }
  return view;
}

View evaluation_view(const TransformOptions& options, int height, int width) {
  const bool as_trained =
      options.train_crop == CropKind::pad_and_crop && height == options.size && width == options.size;
  const int shorter = as_trained ? options.size : options.evaluation_resize;
  return centred_view(height, width, shorter, options.size, 0, 0);
}

LevelScale level_scale(const TransformOptions& options) {
  LevelScale result;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    result.scale[channel] = 1 / (255 * options.std[channel]);
    result.shift[channel] = -options.mean[channel] / options.std[channel];
  }
  return result;
}

void render(const TransformOptions& options, const View& view, const Image& part, RenderBuffers& buffers,
            std::span<std::uint8_t> out) {
  const Box whole{0, 0, options.size, options.size};
  const std::size_t stride = std::size_t{3} * static_cast<std::size_t>(options.size);
  LTR_EXPECT(out.size() == stride * static_cast<std::size_t>(options.size) && contains(whole, view.place));
  if (view.place != whole) std::ranges::fill(out, std::uint8_t{0});
  const std::size_t first = stride * static_cast<std::size_t>(view.place.top) +
                            std::size_t{3} * static_cast<std::size_t>(view.place.left);
  resample(part, view.resampling, buffers.resample, &out[first], stride);
  apply_color_jitter(view.jitter, out);
}

void render(const TransformOptions& options, const View& view, const Image& part, RenderBuffers& buffers,
            std::span<float> out) {
  buffers.levels.resize(out.size());
  render(options, view, part, buffers, std::span(buffers.levels));
  const LevelScale of_levels = level_scale(options);
  scale_levels(buffers.levels, of_levels.scale, of_levels.shift, out);
}

}  // namespace ltr::image
