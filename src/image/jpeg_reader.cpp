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

/// How a component's samples become pixels of a shrunken image.
struct Enlargement {
  int by_transform = 1;  ///< its blocks come out larger than luma's by that, both ways
  int across = 1;        ///< what is left to be done by spreading samples
  int down = 1;
};

/// libjpeg makes up for a component's coarseness by larger blocks as long as both ways allow it.
Enlargement enlargement(const jpeg_decompress_struct& info, const jpeg_component_info& component,
                        int shrink) {
  Enlargement result{1, info.max_h_samp_factor / component.h_samp_factor,
                     info.max_v_samp_factor / component.v_samp_factor};
  const auto halvable = [&] {
    return info.max_h_samp_factor % (component.h_samp_factor * result.by_transform * 2) == 0 &&
           info.max_v_samp_factor % (component.v_samp_factor * result.by_transform * 2) == 0;
  };
  while (result.by_transform < shrink && halvable()) {
    result.by_transform *= 2;
    result.across /= 2;
    result.down /= 2;
  }
  return result;
}

std::span<const jpeg_component_info> components_of(const jpeg_decompress_struct& info) {
  return {info.comp_info, static_cast<std::size_t>(info.num_components)};
}

/// Of a component that is enlarged both by its blocks and by spreading, libjpeg-turbo takes cropped rows for
/// shorter than they are.
bool miscounts_cropped_rows(const jpeg_decompress_struct& info) {
  return std::ranges::any_of(components_of(info), [&](const jpeg_component_info& component) {
    const Enlargement by = enlargement(info, component, static_cast<int>(info.scale_denom));
    return by.by_transform > 1 && (by.across > 1 || by.down > 1);
  });
}

/// Samples that would be repeated more than twice leave steps that are seen in what is made of the image.
int largest_shrink_of(const jpeg_decompress_struct& info) {
  const auto fine = [&info](int shrink) {
    return std::ranges::all_of(components_of(info), [&](const jpeg_component_info& component) {
      const Enlargement by = enlargement(info, component, shrink);
      return by.across <= 2 && by.down <= 2;
    });
  };
  int shrink = 8;
  while (shrink > 1 && !fine(shrink)) shrink /= 2;
  return shrink;
}

/// Progressive encoders write a dozen scans.
constexpr std::int64_t kMostScans = 100;
/// All scans of an image together go over no more pixels than this many of the largest images have.
constexpr std::int64_t kMostPasses = 20;

void count_scans(j_common_ptr object) {
  auto& limit = *reinterpret_cast<ScanLimit*>(object->progress);
  if (reinterpret_cast<j_decompress_ptr>(object)->input_scan_number <= limit.most) return;
  limit.exceeded = true;
  static_cast<ErrorTrap*>(object->client_data)->fail("too many scans");
}

// Where bytes end before the pixels do, PIL waits for more and finally refuses, and libjpeg's own source
// would invent an end.
boolean wait_for_bytes(j_decompress_ptr) { return FALSE; }
void skip_bytes(j_decompress_ptr info, long count) {
  const std::size_t skipped =
      std::min(info->src->bytes_in_buffer, static_cast<std::size_t>(std::max(count, 0L)));
  info->src->next_input_byte += skipped;
  info->src->bytes_in_buffer -= skipped;
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
  if (miscounts_cropped_rows(info)) return {wanted.top, 0, wanted.height, columns};
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
  if (scans_.exceeded) {
    throw base::DataError(base::format(
        "JPEG of more than {} scans, each of which goes over all of its {} x {} pixels; decoding would take "
        "very long; encode it again",
        scans_.most, info_.image_width, info_.image_height));
  }
  throw base::DataError(
      base::format("truncated or damaged JPEG, or of a kind that cannot be decoded: libjpeg says \"{}\"",
                   errors_.trap().reason()));
}

JpegReader::JpegReader() { errors_.attach(info_); }

JpegReader::~JpegReader() { jpeg_destroy_decompress(&info_); }

void JpegReader::start(std::span<const std::byte> encoded, Damage damage) {
  scans_ = {};
  guarded([this, encoded, damage] {
    // Made anew, for libjpeg would lend this image the tables of the one before where it lacks its own.
    jpeg_destroy_decompress(&info_);
    errors_.attach(info_, damage);
    jpeg_create_decompress(&info_);
    jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(encoded.data()), encoded.size());
    if (damage == Damage::accepted) {
      info_.src->fill_input_buffer = wait_for_bytes;
      info_.src->skip_input_data = skip_bytes;
    }
    require_bytes(jpeg_read_header(&info_, TRUE) == JPEG_HEADER_OK);
    info_.out_color_space = info_.num_components == 4 ? JCS_CMYK : JCS_RGB;
    info_.dct_method = JDCT_ISLOW;
    info_.do_fancy_upsampling = TRUE;
    jpeg_calc_output_dimensions(&info_);
  });
  require_size(info_.image_height, info_.image_width);
  limit_scans();
}

void JpegReader::limit_scans() {
  const std::int64_t pixels = std::int64_t{info_.image_height} * info_.image_width;
  scans_.most = static_cast<int>(std::min(kMostScans, kMostPasses * kMaxPixels / pixels));
  scans_.monitor.progress_monitor = count_scans;
  info_.progress = &scans_.monitor;
}

ImageSummary JpegReader::summary() const {
  return {.encoding = Encoding::jpeg,
          .height = static_cast<int>(info_.image_height),
          .width = static_cast<int>(info_.image_width),
          .channels = info_.num_components,
          .largest_shrink = largest_shrink_of(info_)};
}

void JpegReader::shrink(unsigned factor) {
  guarded([this, factor] {
    info_.scale_num = 1;
    info_.scale_denom = factor;
    jpeg_calc_output_dimensions(&info_);
  });
}

/// Within a step. Only a source that waits for bytes ever comes to lack them.
void JpegReader::require_bytes(bool enough) {
  if (!enough) errors_.trap().fail("it ends before its pixels do");
}

void JpegReader::begin(const Box& wanted, Image& image) {
  guarded([this] { require_bytes(jpeg_start_decompress(&info_) == TRUE); });
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
      const JDIMENSION read = jpeg_read_scanlines(&info_, places.data(), count);
      require_bytes(read > 0);
      done += read;
    }
  });
}

void JpegReader::read_cmyk(std::uint8_t* pixels, JDIMENSION rows) {
  const std::size_t width = info_.output_width;
  row_.resize(width * 4);
  guarded([this, pixels, rows, width] {
    JSAMPROW place = row_.data();
    for (JDIMENSION done = 0; done < rows; ++done) {
      require_bytes(jpeg_read_scanlines(&info_, &place, 1) > 0);
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
  if (info_.num_components == 4) {
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
