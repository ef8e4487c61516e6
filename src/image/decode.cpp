// SPDX-License-Identifier: Apache-2.0
#include "image/decode.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/check.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "image/codec.hpp"
#include "image/jpeg_reader.hpp"

namespace ltr::image {
namespace {

bool starts_with(std::span<const std::byte> bytes, std::span<const unsigned char> signature) {
  return bytes.size() >= signature.size() &&
         std::equal(signature.begin(), signature.end(), bytes.begin(),
                    [](unsigned char wanted, std::byte found) { return std::byte{wanted} == found; });
}

/// The first bytes as text, dots for what cannot be printed: often enough to see what the file really is.
std::string first_bytes(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes.first(std::min<std::size_t>(bytes.size(), 12))) {
    const auto character = static_cast<unsigned char>(byte);
    text += character >= 32 && character < 127 ? static_cast<char>(character) : '.';
  }
  return text;
}

void require_within(const Box& whole, const Box& wanted, int shrink) {
  if (contains(whole, wanted)) return;
  throw base::DataError(base::format("the image has {} x {} pixels, fewer than were expected",
                                     whole.width * shrink, whole.height * shrink));
}

}  // namespace

Encoding recognise(std::span<const std::byte> encoded) {
  static constexpr std::array<unsigned char, 3> kJpeg{0xFF, 0xD8, 0xFF};
  static constexpr std::array<unsigned char, 8> kPng{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  if (encoded.empty()) throw base::DataError("the file is empty (zero bytes)");
  if (starts_with(encoded, kJpeg)) return Encoding::jpeg;
  if (starts_with(encoded, kPng)) return Encoding::png;
  throw base::DataError(
      base::format("neither JPEG nor PNG: the file starts with \"{}\"", first_bytes(encoded)));
}

bool is_allowed_size(std::int64_t height, std::int64_t width) {
  return height >= 1 && width >= 1 && height <= kMaxSide && width <= kMaxSide && height * width <= kMaxPixels;
}

void require_size(std::int64_t height, std::int64_t width) {
  if (is_allowed_size(height, width)) return;
  throw base::DataError(
      base::format("the image claims {} x {} pixels, and only 1 to {} are accepted, with sides of at most {}",
                   width, height, kMaxPixels, kMaxSide));
}

void shape_image(std::int64_t height, std::int64_t width, Image& image) {
  require_size(height, width);
  image.height = static_cast<int>(height);
  image.width = static_cast<int>(width);
  image.top = 0;
  image.left = 0;
  image.pixels.resize(static_cast<std::size_t>(height * width * 3));
}

struct Decoder::State {
  JpegReader jpeg;
  std::span<const std::byte> png;
  Encoding encoding = Encoding::jpeg;  ///< of the image that was opened
};

Decoder::Decoder() : state_(std::make_unique<State>()) {}
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;
Decoder::~Decoder() = default;

ImageSummary Decoder::open(std::span<const std::byte> encoded) {
  state_->encoding = recognise(encoded);
  if (state_->encoding == Encoding::png) {
    state_->png = encoded;
    return summarise_png(encoded);
  }
  state_->jpeg.start(encoded, Damage::refused);
  return state_->jpeg.summary();
}

void Decoder::read_part(const Box& wanted, Image& image, int shrink) {
  if (state_->encoding == Encoding::png) {
    LTR_EXPECT(shrink == 1);
    decode_png(state_->png, image);
    return require_within(image.box(), wanted, 1);
  }
  JpegReader& jpeg = state_->jpeg;
  jpeg.shrink(static_cast<unsigned>(shrink));
  require_within(jpeg.whole(), wanted, shrink);
  jpeg.read_part(wanted, image);
}

void Decoder::decode(std::span<const std::byte> encoded, Image& image) {
  if (recognise(encoded) == Encoding::png) {
    decode_png(encoded, image);
    return;
  }
  const ImageSummary summary = open(encoded);
  read_part({0, 0, summary.height, summary.width}, image);
}

void Decoder::decode_part(std::span<const std::byte> encoded, const Box& wanted, Image& image, int shrink) {
  open(encoded);
  read_part(wanted, image, shrink);
}

ImageSummary Decoder::verify(std::span<const std::byte> encoded, Image& scratch) {
  if (recognise(encoded) == Encoding::png) return decode_png(encoded, scratch);
  const ImageSummary summary = open(encoded);
  // Every coded bit is read at any size; arithmetic on pixels, which cannot fail, is what this saves.
  state_->jpeg.shrink(8);
  state_->jpeg.read_nothing();
  return summary;
}

void decode_as_pil(std::span<const std::byte> encoded, Image& image) {
  if (recognise(encoded) == Encoding::png) {
    decode_png(mended_png(encoded), image);
    return;
  }
  JpegReader jpeg;
  jpeg.start(encoded, Damage::accepted);
  jpeg.read_part(jpeg.whole(), image);
}

Image decode(std::span<const std::byte> encoded) {
  Image image;
  Decoder().decode(encoded, image);
  return image;
}

}  // namespace ltr::image
