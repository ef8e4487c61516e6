// SPDX-License-Identifier: Apache-2.0
// Encoded bytes to pixels, and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "image/box.hpp"

namespace ltr::image {

/// RGB pixels of an image or of a part of one. Shape: pixels [H, W, 3], uint8.
struct Image {
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> pixels = {};
  int top = 0;   ///< where the first pixel lies in the whole image
  int left = 0;  ///< likewise

  /// What is held of the whole image.
  [[nodiscard]] Box box() const { return {top, left, height, width}; }
};

enum class Encoding { jpeg, png };

/// What the first bytes say. Throws: DataError if neither JPEG nor PNG; the message does not name the file.
[[nodiscard]] Encoding recognise(std::span<const std::byte> encoded);

/// Whether an image may have that many pixels: one, no more than decoders are asked to hold, and no side too
/// long for PNG.
[[nodiscard]] bool is_allowed_size(std::int64_t height, std::int64_t width);

/// What is known of an image.
struct ImageSummary {
  Encoding encoding = Encoding::jpeg;
  int height = 0;
  int width = 0;
  int channels = 0;        ///< of a JPEG: 1 grey, 3 colours, 4 inks; 3 for every PNG, which is expanded
  int largest_shrink = 1;  ///< a JPEG shrunken further would leave its colours too coarse
  bool whitened = false;   ///< of 16-bit grey levels some are above 255, which PIL and decode make white;
                           ///< known once all of the image has been read
};

/// Decodes a JPEG (islow DCT, fancy upsampling, as PIL does) or a PNG of any kind to RGB as PIL's
/// convert("RGB") does: grey is spread over the three, alpha dropped, EXIF orientation and what follows the
/// image ignored. Keeps its memory from image to image. Throws, everywhere: DataError with the library's
/// reason: empty, truncated, not an image, of a kind that the library lacks. The caller adds the file's name.
/// Thread: one each.
class Decoder {
 public:
  Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;
  ~Decoder();

  /// Reads the header; `encoded` must outlive the call of read_part that follows.
  ImageSummary open(std::span<const std::byte> encoded);
  /// decode_part of the image that was opened; once.
  void read_part(const Box& wanted, Image& image, int shrink = 1);
  /// The whole image, into `image`, whose buffer is reused.
  void decode(std::span<const std::byte> encoded, Image& image);
  /// The pixels of `wanted`, a box within the image, as decode gives them, among others that are not to be
  /// looked at. Of a JPEG little else is decoded, so damage that lies behind the box is not found.
  /// `shrink` (1, 2, 4 or 8; of a PNG only 1): the image, and the box, are 1 / shrink as large a side,
  /// rounded up, by leaving out the higher frequencies of every block. Throws: DataError if the box does not
  /// lie within the image.
  void decode_part(std::span<const std::byte> encoded, const Box& wanted, Image& image, int shrink = 1);
  /// Finds whatever decode would throw for, and throws it, at a fraction of the cost for a JPEG.
  /// A PNG leaves its pixels in `scratch`.
  [[nodiscard]] ImageSummary verify(std::span<const std::byte> encoded, Image& scratch);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Where decode throws for damage, the pixels that PIL makes of the image with its default settings: coded
/// bits that are wrong or missing before an end marker give what libjpeg invents, and of a PNG the data's
/// checksums and what follows the data do not count. Throws: DataError where PIL refuses the image too.
void decode_as_pil(std::span<const std::byte> encoded, Image& image);

/// One image by a decoder of its own.
[[nodiscard]] Image decode(std::span<const std::byte> encoded);

/// Quality as in libjpeg, 4:2:0 below 90, else 4:4:4.
[[nodiscard]] std::vector<std::byte> encode_jpeg(const Image& image, int quality);

/// 8-bit RGB, without loss.
[[nodiscard]] std::vector<std::byte> encode_png(const Image& image);

}  // namespace ltr::image
