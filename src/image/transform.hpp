// SPDX-License-Identifier: Apache-2.0
// From a decoded image to the network's input: crop, resample, flip, jitter, normalise.
#pragma once

#include <array>
#include <cstdint>
#include <span>

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

/// Scratch of one thread, reused from image to image.
struct TransformBuffers {
  Image decoded;
  Image resized;
  Image resampled;
  Image cropped;
  ResampleBuffers resample;
};

/// Training input: torchvision's transforms in the recipe's order, parameters a pure function of `key`
/// (random_resized: area 0.08..1, ratio 3/4..4/3, ten tries, then centre; pad_and_crop: zeros on each side,
/// after resizing and centring an image that is not size x size). The draws of a key, in this order and
/// always all of them: flip, brightness, contrast, saturation, order of these three, crop. Shape: out [3,
/// size, size] float32, normalised.
void training_input(const TransformOptions& options, const AugmentationKey& key, const Image& image,
                    TransformBuffers& buffers, std::span<float> out);

/// Evaluation input: shorter side to evaluation_resize (antialiased bilinear, PIL's), centre crop, zeros
/// where the crop sticks out. With pad_and_crop an image that is size x size is taken as it is, like in
/// training. Shape: out [3, size, size] float32, normalised.
void evaluation_input(const TransformOptions& options, const Image& image, TransformBuffers& buffers,
                      std::span<float> out);

}  // namespace ltr::image
