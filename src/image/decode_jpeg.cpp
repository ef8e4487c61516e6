// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/format.hpp"
#include "image/codec.hpp"
#include "image/jpeg_errors.hpp"

namespace ltr::image {
namespace {

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

  void start(std::span<const std::byte> encoded) {
    guarded([this, encoded] {
      jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(encoded.data()), encoded.size());
      jpeg_read_header(&info_, TRUE);
      info_.out_color_space = JCS_RGB;
      info_.dct_method = JDCT_ISLOW;
      info_.do_fancy_upsampling = TRUE;
      jpeg_calc_output_dimensions(&info_);
    });
  }

  [[nodiscard]] std::int64_t height() const { return info_.output_height; }
  [[nodiscard]] std::int64_t width() const { return info_.output_width; }

  void read(std::uint8_t* pixels) {
    guarded([this, pixels] {
      jpeg_start_decompress(&info_);
      const std::size_t stride = std::size_t{info_.output_width} * 3;
      while (info_.output_scanline < info_.output_height) {
        std::array<JSAMPROW, 8> rows;
        const JDIMENSION left = info_.output_height - info_.output_scanline;
        const JDIMENSION count = std::min<JDIMENSION>(left, rows.size());
        for (JDIMENSION row = 0; row < count; ++row)
          rows[row] = pixels + stride * (info_.output_scanline + row);
        jpeg_read_scanlines(&info_, rows.data(), count);
      }
      // Reads on to the end marker, so that a file cut off in its last bytes is noticed too.
      jpeg_finish_decompress(&info_);
    });
  }

 private:
  template <class Step>
  void guarded(const Step& step) {
    if (errors_.trap().run(step)) return;
    throw base::DataError(
        base::format("truncated or damaged JPEG: libjpeg says \"{}\"", errors_.trap().reason()));
  }

  jpeg_decompress_struct info_{};
  JpegErrors errors_;
};

}  // namespace

void decode_jpeg(std::span<const std::byte> encoded, Image& image) {
  JpegReader reader;
  reader.start(encoded);
  shape_image(reader.height(), reader.width(), image);
  reader.read(image.pixels.data());
}

}  // namespace ltr::image
