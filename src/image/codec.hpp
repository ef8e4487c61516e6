// SPDX-License-Identifier: Apache-2.0
// What the decoders share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "image/decode.hpp"

namespace ltr::image {

/// Larger images are refused, as PIL does: a damaged header must not ask for all memory.
inline constexpr std::int64_t kMaxPixels = 178'956'970;

/// Throws: DataError if that is more pixels than kMaxPixels, or none.
void require_size(std::int64_t height, std::int64_t width);

/// Sets height and width and makes room for the pixels. Throws: DataError if there are too many, or none.
void shape_image(std::int64_t height, std::int64_t width, Image& image);

/// The whole image: libpng has no way past the rows above.
void decode_png(std::span<const std::byte> encoded, Image& image);

}  // namespace ltr::image
