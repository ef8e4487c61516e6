// SPDX-License-Identifier: Apache-2.0
#include "image/jpeg_reader.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "base/check.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "image/codec.hpp"

namespace ltr::image {
namespace {

constexpr JDIMENSION kRowsAtATime = 8;

/// a * b / 255, rounded.
int product(int a, int b) {
  const int product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

/// Shrinking makes up for a part of chroma's coarseness. Where more is left than a factor of two,
/// libjpeg-turbo takes cropped rows of chroma for shorter than they are.
bool miscounts_cropped_chroma(const jpeg_decompress_struct& info) {
  return info.scale_denom > 1 && info.max_h_samp_factor > 2;
}

/// A progressive image that ends before its finest scan is smoothed across blocks, from the image's edge on.
bool is_smoothed(const jpeg_decompress_struct& info) {
  if (info.progressive_mode == FALSE || info.coef_bits == nullptr) return false;
  const std::span components(info.coef_bits, static_cast<std::size_t>(info.num_components));
  return std::ranges::any_of(components, [](const auto& bits) {
    return std::ranges::any_of(bits, [](int unknown_bits) { return unknown_bits != 0; });
  });
}

/// What libjpeg must be asked for, so that the pixels of `wanted` come as they do from the whole image.
Box readable_part(const jpeg_decompress_struct& info, const Box& wanted) {
  // Chroma of half the columns is spread over its neighbours. The outermost column that is decoded lacks one;
  // and where fewer than three of chroma's own are decoded, libjpeg spreads nothing.
  constexpr int kFewest = 8;
  const auto columns = static_cast<int>(info.output_width);
  if (is_smoothed(info)) return {0, 0, wanted.top + wanted.height, columns};
  if (miscounts_cropped_chroma(info)) return {wanted.top, 0, wanted.height, columns};
  const int end = std::min(std::max(wanted.left + wanted.width + 1, kFewest), columns);
  const int first = std::max(std::min(wanted.left - 1, end - kFewest), 0);
  return {wanted.top, first, wanted.height, end - first};
}

/// Inks are stored inverted, as Adobe's programs do and PIL assumes even where their marker is missing.
void inverted_cmyk_to_rgb(const std::uint8_t* cmyk, std::uint8_t* rgb, std::size_t pixels) {
  for (std::size_t i = 0; i < pixels; ++i, cmyk += 4, rgb += 3) {
    const int light = cmyk[3];
    for (int ink = 0; ink < 3; ++ink) {
      rgb[ink] = static_cast<std::uint8_t>(light - product(255 - cmyk[ink], light));
    }
  }
}

}  // namespace

template <class Step>
void JpegReader::guarded(const Step& step) {
  if (errors_.trap().run(step)) return;
  throw base::DataError(
      base::format("truncated or damaged JPEG, or of a kind that cannot be decoded: libjpeg says \"{}\"",
                   errors_.trap().reason()));
}

JpegReader::JpegReader() { errors_.attach(info_); }

JpegReader::~JpegReader() { jpeg_destroy_decompress(&info_); }

void JpegReader::start(std::span<const std::byte> encoded, unsigned shrink) {
  guarded([this, encoded, shrink] {
    // Made anew, for libjpeg would lend this image the tables of the one before where it lacks its own.
    jpeg_destroy_decompress(&info_);
    jpeg_create_decompress(&info_);
    jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(encoded.data()), encoded.size());
    jpeg_read_header(&info_, TRUE);
    info_.out_color_space = info_.num_components == 4 ? JCS_CMYK : JCS_RGB;
    info_.dct_method = JDCT_ISLOW;
    info_.do_fancy_upsampling = TRUE;
    info_.scale_num = 1;
    info_.scale_denom = shrink;
    jpeg_calc_output_dimensions(&info_);
  });
  require_size(info_.image_height, info_.image_width);
}

void JpegReader::begin(const Box& wanted, Image& image) {
  guarded([this] { jpeg_start_decompress(&info_); });
  const Box part = readable_part(info_, wanted);
  auto left = static_cast<JDIMENSION>(part.left);
  auto width = static_cast<JDIMENSION>(part.width);
  guarded([this, &left, &width, &part] {
    if (width < info_.output_width) jpeg_crop_scanline(&info_, &left, &width);
    if (part.top > 0) jpeg_skip_scanlines(&info_, static_cast<JDIMENSION>(part.top));
  });
  shape_image(part.height, width, image);
  image.top = part.top;
  image.left = static_cast<int>(left);
}

void JpegReader::read_rgb(std::uint8_t* pixels, JDIMENSION rows) {
  const std::size_t stride = std::size_t{info_.output_width} * 3;
  guarded([this, pixels, rows, stride] {
    for (JDIMENSION done = 0; done < rows;) {
      std::array<JSAMPROW, kRowsAtATime> places;
      const JDIMENSION count = std::min(rows - done, kRowsAtATime);
      for (JDIMENSION i = 0; i < count; ++i) places[i] = pixels + stride * (done + i);
      done += jpeg_read_scanlines(&info_, places.data(), count);
    }
  });
}

void JpegReader::read_cmyk(std::uint8_t* pixels, JDIMENSION rows) {
  const std::size_t width = info_.output_width;
  row_.resize(width * 4);
  guarded([this, pixels, rows, width] {
    JSAMPROW place = row_.data();
    for (JDIMENSION done = 0; done < rows; ++done) {
      jpeg_read_scanlines(&info_, &place, 1);
      inverted_cmyk_to_rgb(place, pixels + width * 3 * done, width);
    }
  });
}

/// After the last row it reads on to the end marker, so that a file cut off in its last bytes is noticed too.
void JpegReader::finish() {
  guarded([this] {
    if (info_.output_scanline == info_.output_height) {
      jpeg_finish_decompress(&info_);
    } else {
      jpeg_abort_decompress(&info_);
    }
  });
}

void JpegReader::read_part(const Box& wanted, Image& image) {
  LTR_EXPECT(wanted.height >= 1 && wanted.width >= 1);
  begin(wanted, image);
  const auto rows = static_cast<JDIMENSION>(image.height);
  if (channels() == 4) {
    read_cmyk(image.pixels.data(), rows);
  } else {
    read_rgb(image.pixels.data(), rows);
  }
  finish();
}

void JpegReader::read_nothing() {
  row_.resize(std::size_t{info_.output_width} * 4);
  guarded([this] {
    jpeg_start_decompress(&info_);
    std::array<JSAMPROW, kRowsAtATime> places;
    places.fill(row_.data());
    while (info_.output_scanline < info_.output_height) {
      jpeg_read_scanlines(&info_, places.data(), kRowsAtATime);
    }
  });
  finish();
}

}  // namespace ltr::image
