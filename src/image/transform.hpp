// SPDX-License-Identifier: Apache-2.0
// From an image to the network's input, in two steps: which pixels are wanted and what becomes of them, which
// is known from the image's size; then crop, resample, flip, jitter and normalise those pixels.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "image/box.hpp"
#include "image/color_jitter.hpp"
#include "image/decode.hpp"
#include "image/resample.hpp"

namespace ltr::image {

enum class CropKind { random_resized, pad_and_crop };

/// What the network's input looks like; filled from the configuration's [input].
struct TransformOptions {
  int size = 224;
  CropKind train_crop = CropKind::random_resized;
  int padding = 4;
  int evaluation_resize = 256;
  bool flip = true;
  bool scaled_decode = false;  ///< in training, JPEGs are decoded as small as allowed_shrink says
  std::array<double, 3> color_jitter{0.4, 0.4, 0.4};
  std::array<float, 3> mean{};
  std::array<float, 3> std{};
};

/// What fixes the augmentation of one draw.
struct AugmentationKey {
  std::uint64_t seed = 0;
  std::int64_t epoch = 0;
  std::int64_t draw = 0;
};

/// All that is done to one image, known before a pixel of it is decoded.
struct View {
  Resampling resampling;  ///< of the whole image
  Box place;              ///< where its window goes in size x size pixels; the others are black
  ColorJitter jitter;     ///< of all of them
};

/// Training: torchvision's transforms in the recipe's order, parameters a pure function of `key`
/// (random_resized: area 0.08..1, ratio 3/4..4/3, ten tries, then centre; pad_and_crop: zeros on each side,
/// after resizing and centring an image that is not size x size). The draws of a key, in this order and
/// always all of them: flip, brightness, contrast, saturation, order of these three, crop.
[[nodiscard]] View training_view(const TransformOptions& options, const AugmentationKey& key, int height,
                                 int width);

/// Evaluation: shorter side to evaluation_resize (antialiased bilinear, PIL's), centre crop, zeros where the
/// crop sticks out. With pad_and_crop an image that is size x size is taken as it is, like in training.
[[nodiscard]] View evaluation_view(const TransformOptions& options, int height, int width);

/// A channel's level as the network sees it: scale level + shift = (level / 255 - mean) / std.
struct LevelScale {
  std::array<float, 3> scale{};
  std::array<float, 3> shift{};
};
[[nodiscard]] LevelScale level_scale(const TransformOptions& options);

/// Scratch of one thread, reused from image to image.
struct RenderBuffers {
  ResampleBuffers resample;
  std::vector<std::uint8_t> levels;
};

/// `part` holds at least needed_box(view.resampling). Shape: out [size, size, 3].
void render(const TransformOptions& options, const View& view, const Image& part, RenderBuffers& buffers,
            std::span<std::uint8_t> out);
/// The same, normalised: (level / 255 - mean) / std. Shape: out [size, size, 3].
void render(const TransformOptions& options, const View& view, const Image& part, RenderBuffers& buffers,
            std::span<float> out);

}  // namespace ltr::image
