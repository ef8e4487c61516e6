// SPDX-License-Identifier: Apache-2.0
// What the decoders share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "image/decode.hpp"

namespace ltr::image {

/// Larger images are refused, as PIL does: a damaged header must not ask for all memory.
inline constexpr std::int64_t kMaxPixels = 178'956'970;
/// Of one side; libpng writes no more.
inline constexpr std::int64_t kMaxSide = 1'000'000;

/// Throws: DataError if that is more pixels than kMaxPixels or a side above kMaxSide, or none.
void require_size(std::int64_t height, std::int64_t width);

/// Sets height and width and makes room for the pixels. Throws: DataError if there are too many, or none.
void shape_image(std::int64_t height, std::int64_t width, Image& image);

/// Of the header alone.
[[nodiscard]] ImageSummary summarise_png(std::span<const std::byte> encoded);

/// The whole image: libpng has no way past the rows above.
ImageSummary decode_png(std::span<const std::byte> encoded, Image& image);

/// A sound PNG of the pixels that PIL takes from a damaged one: unknown chunks are left out, checksums of its
/// data are not looked at, nor what follows them, and rows that the data lack are black. Throws: DataError
/// where PIL refuses it too.
[[nodiscard]] std::vector<std::byte> mended_png(std::span<const std::byte> encoded);

}  // namespace ltr::image
