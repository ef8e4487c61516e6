// SPDX-License-Identifier: Apache-2.0
// Encoded bytes to pixels, and back.
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

/// Decodes a JPEG (islow DCT, fancy upsampling, as PIL does) or a PNG of any kind, whole, to RGB as PIL's
/// convert("RGB") does: grey is spread over the three, alpha dropped, EXIF orientation and what follows the
/// image ignored. Throws: DataError with the library's reason: empty, truncated, not an image, of a kind that
/// the library lacks. The caller adds the file's name.
[[nodiscard]] Image decode(std::span<const std::byte> encoded);

/// Decodes into `image`, whose buffer is reused.
void decode_into(std::span<const std::byte> encoded, Image& image);

/// What is known of an image once all of it has been read.
struct ImageSummary {
  Encoding encoding = Encoding::jpeg;
  int height = 0;
  int width = 0;
  int channels = 0;  ///< of a JPEG: 1 grey, 3 colours, 4 inks; 3 for every PNG, which is expanded
};

/// Finds whatever decode_into would throw for, and throws it, at a fraction of the cost for a JPEG.
/// A PNG leaves its pixels in `scratch`.
[[nodiscard]] ImageSummary verify(std::span<const std::byte> encoded, Image& scratch);

/// Quality as in libjpeg, 4:2:0 below 90, else 4:4:4.
[[nodiscard]] std::vector<std::byte> encode_jpeg(const Image& image, int quality);

/// 8-bit RGB, without loss.
[[nodiscard]] std::vector<std::byte> encode_png(const Image& image);

}  // namespace ltr::image
