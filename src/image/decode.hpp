// SPDX-License-Identifier: Apache-2.0
// Encoded bytes to pixels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace ltr::image {

/// RGB pixels. Shape: pixels [H, W, 3], uint8.
struct Image {
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> pixels;
};

enum class Encoding { jpeg, png };

/// What the first bytes say. Throws: DataError if neither JPEG nor PNG; the message does not name the file.
[[nodiscard]] Encoding recognise(std::span<const std::byte> encoded);

/// Decodes a JPEG (islow DCT, fancy upsampling, as PIL does) or a PNG, whole, to RGB; grey is spread over the
/// three. Throws: DataError with the library's reason: empty, truncated, not an image. The caller adds the
/// file's name.
[[nodiscard]] Image decode(std::span<const std::byte> encoded);

/// Decodes into `image`, whose buffer is reused.
void decode_into(std::span<const std::byte> encoded, Image& image);

/// Quality as in libjpeg, 4:2:0 below 90, else 4:4:4.
[[nodiscard]] std::vector<std::byte> encode_jpeg(const Image& image, int quality);

}  // namespace ltr::image
