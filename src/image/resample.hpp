// SPDX-License-Identifier: Apache-2.0
// Antialiased bilinear resampling in fixed point, bit for bit that of PIL up to version 12 (13 takes the
// vertical pass first where that is cheaper: a grey level more or less).
#pragma once

#include <cstdint>
#include <vector>

#include "image/crop.hpp"
#include "image/decode.hpp"

namespace ltr::image {

/// Weights of one axis: output i reads `count[i]` inputs from `first[i]` on.
/// Shape: first, count [outputs]; weights [outputs, taps].
struct AxisFilter {
  int taps = 0;
  std::vector<int> first;
  std::vector<int> count;
  std::vector<std::int32_t> weights;
};

/// Scratch of one thread, reused from image to image.
struct ResampleBuffers {
  AxisFilter horizontal;
  AxisFilter vertical;
  std::vector<std::uint8_t> rows;
  std::vector<std::int32_t> sums;
};

/// What to resample: `source` of the image becomes height x width, of which `window` is wanted.
struct Resampling {
  Box source;
  int height = 0;
  int width = 0;
  Box window;
};

/// PIL's crop(source).resize((width, height), BILINEAR).crop(window): pixels outside `source` are not looked
/// at. `out` must not be `image`.
void resample(const Image& image, const Resampling& task, ResampleBuffers& buffers, Image& out);

}  // namespace ltr::image
