// SPDX-License-Identifier: Apache-2.0
#include "data/pack_image.hpp"

#include <optional>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "image/decode.hpp"

namespace ltr::data {
namespace {

/// Decodes all of the image; its pixels are left where they are packed instead of its bytes.
CheckedImage decode_all(std::span<const std::byte> bytes, image::Decoder& decoder, image::Image& pixels) {
  const image::ImageSummary summary = decoder.verify(bytes, pixels);
  const bool inks = summary.encoding == image::Encoding::jpeg && summary.channels == 4;
  if (inks) decoder.decode(bytes, pixels);
  return {.resolution = {summary.height, summary.width},
          .reencoded = inks || summary.encoding == image::Encoding::png,
          .whitened = summary.whitened};
}

CheckedImage decode_damaged(std::span<const std::byte> bytes, const base::DataError& error,
                            image::Image& pixels) {
  try {
    image::decode_as_pil(bytes, pixels);
  } catch (const base::DataError&) {
    throw error;
  }
  return {.resolution = {pixels.height, pixels.width}, .reencoded = true, .lenient = true};
}

/// Unknown where the header is damaged too.
std::optional<std::int64_t> pixels_of(std::span<const std::byte> bytes, image::Decoder& decoder) {
  try {
    const image::ImageSummary header = decoder.open(bytes);
    return std::int64_t{header.height} * header.width;
  } catch (const base::DataError&) {
    return std::nullopt;
  }
}

}  // namespace

/// Hands out a decoder, and room for pixels.
template <class Work>
void ImagePacker::with_room_for(std::span<const std::byte> bytes, const Work& work) {
  constexpr std::int64_t kLargePixels = std::int64_t{1} << 25;
  thread_local image::Decoder decoder;
  thread_local image::Image pixels;
  if (pixels_of(bytes, decoder).value_or(kLargePixels + 1) <= kLargePixels) return work(decoder, pixels);
  const std::scoped_lock lock(large_);
  image::Image own;
  work(decoder, own);
}

CheckedImage ImagePacker::check(std::vector<std::byte>& bytes, std::string& damage) {
  CheckedImage checked;
  with_room_for(bytes, [&](image::Decoder& decoder, image::Image& pixels) {
    try {
      checked = decode_all(bytes, decoder, pixels);
    } catch (const base::DataError& error) {
      if (damaged_ == DamagedImages::refuse) throw;
      damage = error.what();
      checked = decode_damaged(bytes, error, pixels);
    }
    if (checked.reencoded) bytes = image::encode_png(pixels);
  });
  checked.bytes = bytes.size();
  checked.crc32 = base::crc32(bytes);
  return checked;
}

void ImagePacker::repeat(std::vector<std::byte>& bytes, const CheckedImage& checked) {
  if (!checked.reencoded) return;
  with_room_for(bytes, [&](image::Decoder& decoder, image::Image& pixels) {
    if (checked.lenient) {
      image::decode_as_pil(bytes, pixels);
    } else {
      decoder.decode(bytes, pixels);
    }
    bytes = image::encode_png(pixels);
  });
}

}  // namespace ltr::data
