// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <vector>

#include "base/error.hpp"
#include "base/format.hpp"
#include "image/codec.hpp"
#include "image/jpeg_errors.hpp"

namespace ltr::image {
namespace {

constexpr JDIMENSION kRowsAtATime = 8;

/// a * b / 255, rounded.
int product(int a, int b) {
  const int product = a * b + 128;
  return ((product >> 8) + product) >> 8;
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

/// One image's way through libjpeg; the steps keep to ErrorTrap's rule.
class JpegReader {
 public:
  JpegReader() {
    errors_.attach(info_);
    guarded([this] { jpeg_create_decompress(&info_); });
  }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;
  ~JpegReader() { jpeg_destroy_decompress(&info_); }

  /// Reads the header; pixels will come out at 1 / `shrink` of their number a side.
  void start(std::span<const std::byte> encoded, unsigned shrink) {
    guarded([this, encoded, shrink] {
      jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(encoded.data()), encoded.size());
      jpeg_read_header(&info_, TRUE);
      info_.out_color_space = info_.num_components == 4 ? JCS_CMYK : JCS_RGB;
      info_.dct_method = JDCT_ISLOW;
      info_.do_fancy_upsampling = TRUE;
      info_.scale_num = 1;
      info_.scale_denom = shrink;
      jpeg_calc_output_dimensions(&info_);
    });
  }

  [[nodiscard]] std::int64_t height() const { return info_.image_height; }
  [[nodiscard]] std::int64_t width() const { return info_.image_width; }
  [[nodiscard]] int channels() const { return info_.num_components; }

  /// Shape: pixels [height, width, 3].
  void read_rgb(std::uint8_t* pixels) {
    const std::size_t stride = std::size_t{info_.output_width} * 3;
    if (channels() != 4) {
      return read([=](JDIMENSION row) { return pixels + stride * row; }, [](JDIMENSION, JDIMENSION) {});
    }
    const std::size_t cmyk_stride = std::size_t{info_.output_width} * 4;
    std::vector<std::uint8_t> cmyk(cmyk_stride * kRowsAtATime);
    std::uint8_t* const rows = cmyk.data();
    read([=](JDIMENSION row) { return rows + cmyk_stride * (row % kRowsAtATime); },
         [=, this](JDIMENSION begin, JDIMENSION end) {
           for (JDIMENSION row = begin; row < end; ++row) {
             inverted_cmyk_to_rgb(rows + cmyk_stride * (row % kRowsAtATime), pixels + stride * row,
                                  info_.output_width);
           }
         });
  }

  /// Decodes to the end and keeps nothing.
  void read_nothing() {
    std::vector<std::uint8_t> discarded(std::size_t{info_.output_width} * 4);
    std::uint8_t* const to = discarded.data();
    read([to](JDIMENSION) { return to; }, [](JDIMENSION, JDIMENSION) {});
  }

 private:
  /// Row y goes to place_of(y); use(begin, end) is called once these rows are there.
  template <class PlaceOf, class Use>
  void read(const PlaceOf& place_of, const Use& use) {
    guarded([this, &place_of, &use] {
      jpeg_start_decompress(&info_);
      while (info_.output_scanline < info_.output_height) {
        std::array<JSAMPROW, kRowsAtATime> rows;
        const JDIMENSION begin = info_.output_scanline;
        const JDIMENSION count = std::min(info_.output_height - begin, kRowsAtATime);
        for (JDIMENSION i = 0; i < count; ++i) rows[i] = place_of(begin + i);
        jpeg_read_scanlines(&info_, rows.data(), count);
        use(begin, info_.output_scanline);
      }
      // Reads on to the end marker, so that a file cut off in its last bytes is noticed too.
      jpeg_finish_decompress(&info_);
    });
  }

  template <class Step>
  void guarded(const Step& step) {
    if (errors_.trap().run(step)) return;
    throw base::DataError(
        base::format("truncated or damaged JPEG, or of a kind that cannot be decoded: libjpeg says \"{}\"",
                     errors_.trap().reason()));
  }

  jpeg_decompress_struct info_{};
  JpegErrors errors_;
};

}  // namespace

void decode_jpeg(std::span<const std::byte> encoded, Image& image) {
  JpegReader reader;
  reader.start(encoded, 1);
  shape_image(reader.height(), reader.width(), image);
  reader.read_rgb(image.pixels.data());
}

ImageSummary verify_jpeg(std::span<const std::byte> encoded) {
  JpegReader reader;
  // Every coded bit is read at any size; arithmetic on pixels, which cannot fail, is what this saves.
  constexpr unsigned kShrink = 8;
  reader.start(encoded, kShrink);
  require_size(reader.height(), reader.width());
  reader.read_nothing();
  return {Encoding::jpeg, static_cast<int>(reader.height()), static_cast<int>(reader.width()),
          reader.channels()};
}

}  // namespace ltr::image
