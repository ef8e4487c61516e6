// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "base/check.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "image/decode.hpp"
#include "image/jpeg_errors.hpp"

namespace ltr::image {
namespace {

/// From this quality on the chroma planes keep their full size.
constexpr int kFullChromaQuality = 90;

/// One image's way into libjpeg; the steps keep to ErrorTrap's rule.
class JpegWriter {
 public:
  JpegWriter() {
    errors_.attach(info_);
    guarded([this] {
      jpeg_create_compress(&info_);
      jpeg_mem_dest(&info_, &bytes_, &size_);
    });
  }
  JpegWriter(const JpegWriter&) = delete;
  JpegWriter& operator=(const JpegWriter&) = delete;
  ~JpegWriter() {
    jpeg_destroy_compress(&info_);
    std::free(bytes_);
  }

  void write(const Image& image, int quality) {
    guarded([this, &image, quality] {
      info_.image_height = static_cast<JDIMENSION>(image.height);
      info_.image_width = static_cast<JDIMENSION>(image.width);
      info_.input_components = 3;
      info_.in_color_space = JCS_RGB;
      jpeg_set_defaults(&info_);
      jpeg_set_quality(&info_, quality, TRUE);
      const int luma_factor = quality < kFullChromaQuality ? 2 : 1;
      info_.comp_info[0].h_samp_factor = luma_factor;
      info_.comp_info[0].v_samp_factor = luma_factor;
      jpeg_start_compress(&info_, TRUE);
      const std::size_t stride = std::size_t{info_.image_width} * 3;
      while (info_.next_scanline < info_.image_height) {
        // libjpeg only reads, but its interface predates const.
        auto* row = const_cast<JSAMPROW>(image.pixels.data() + stride * info_.next_scanline);
        jpeg_write_scanlines(&info_, &row, 1);
      }
      jpeg_finish_compress(&info_);
    });
  }

  [[nodiscard]] std::vector<std::byte> bytes() const {
    const auto* first = reinterpret_cast<const std::byte*>(bytes_);
    return {first, first + size_};
  }

 private:
  template <class Step>
  void guarded(const Step& step) {
    if (errors_.trap().run(step)) return;
    throw base::DataError(
        base::format("cannot encode as JPEG: libjpeg says \"{}\"", errors_.trap().reason()));
  }

  jpeg_compress_struct info_{};
  JpegErrors errors_;
  unsigned char* bytes_ = nullptr;
  unsigned long size_ = 0;
};

}  // namespace

std::vector<std::byte> encode_jpeg(const Image& image, int quality) {
  LTR_EXPECT(image.pixels.size() == std::size_t{3} * image.height * image.width);
  LTR_EXPECT(quality >= 1 && quality <= 100);
  JpegWriter writer;
  writer.write(image, quality);
  return writer.bytes();
}

}  // namespace ltr::image
