// SPDX-License-Identifier: Apache-2.0
// Antialiased bilinear resampling in fixed point, bit for bit that of PIL up to version 12 (13 takes the
// vertical pass first where that is cheaper: a grey level more or less).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/box.hpp"
#include "image/decode.hpp"
#include "image/kernels.hpp"

namespace ltr::image {

/// Scratch of one thread, reused from image to image.
struct ResampleBuffers {
  AxisFilter horizontal;
  AxisFilter vertical;
  std::vector<std::uint8_t> rows;
};

enum class Flip { no, yes };

/// What to resample: `source` of the image becomes height x width, of which `window` is wanted, mirrored
/// left to right if so said.
struct Resampling {
  Box source;
  int height = 0;
  int width = 0;
  Box window;
  Flip flip = Flip::no;
  int shrink = 1;  ///< the image is at hand at 1 / shrink of its size a side, of which `source` knows nothing
};

/// How far a JPEG may be shrunk while it is decoded: 1, 2, 4 or 8, the most that leaves two decoded pixels a
/// side or more for each of the result. What shrinking cuts off in frequencies (and a filter of the whole
/// image would let through) then hardly shows: the median peak signal-to-noise ratio is above 45 dB.
[[nodiscard]] int allowed_shrink(const Resampling& task);

/// The decoded pixels that resample looks at.
[[nodiscard]] Box needed_box(const Resampling& task);

/// PIL's crop(source).resize((width, height), BILINEAR).crop(window): pixels outside `source` are not looked
/// at. Of a shrunken image the same filter, as wide on the whole image, its pixels being larger. `part` holds
/// at least the needed box. Rows of `out` are `stride` bytes apart. Shape: out [window.height, window.width,
/// 3].
void resample(const Image& part, const Resampling& task, ResampleBuffers& buffers, std::uint8_t* out,
              std::size_t stride);

}  // namespace ltr::image
