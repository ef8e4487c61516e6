// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include <png.h>

#include "base/error.hpp"
#include "base/format.hpp"
#include "image/codec.hpp"
#include "image/error_trap.hpp"

namespace ltr::image {
namespace {

/// What PIL's convert("RGB") makes of 16-bit grey levels: those above 255 become white.
/// Called by libpng for a row of 16-bit RGB, the last of its transformations; its pointer is to a bool that
/// tells of such levels.
void cut_off_at_white(png_structp png, png_row_infop row, png_bytep levels) {
  bool& whitened = *static_cast<bool*>(png_get_user_transform_ptr(png));
  for (std::size_t i = 0; i < std::size_t{row->width} * 3; ++i) {
    whitened = whitened || levels[2 * i] != 0;
    levels[i] = levels[2 * i] != 0 ? png_byte{255} : levels[2 * i + 1];
  }
}

/// One image's way through libpng; the steps keep to ErrorTrap's rule.
class PngReader {
 public:
  explicit PngReader(std::span<const std::byte> encoded) : rest_(encoded) {
    guarded([this] {
      png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &trap_, on_error, on_warning);
      if (png_ != nullptr) info_ = png_create_info_struct(png_);
      if (info_ == nullptr) trap_.fail("out of memory");
    });
  }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  /// Reads up to the pixels. Of what else stands there, transparency alone changes them: profiles and texts,
  /// which may be small and unfold to any size, are passed over. Throws: DataError if there are too many
  /// pixels, or none.
  void start() {
    guarded([this] {
      png_set_read_fn(png_, &rest_, read_bytes);
      png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
      png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // the product is what counts
      png_read_info(png_, info_);
    });
    require_size(png_get_image_height(png_, info_), png_get_image_width(png_, info_));
  }

  [[nodiscard]] ImageSummary summary() const {
    return {.encoding = Encoding::png,
            .height = static_cast<int>(png_get_image_height(png_, info_)),
            .width = static_cast<int>(png_get_image_width(png_, info_)),
            .channels = 3,
            .whitened = whitened_};
  }

  /// 8-bit RGB whatever the file holds; alpha is dropped and gamma ignored, as PIL's convert("RGB") does.
  void expand() {
    guarded([this] {
      png_set_expand(png_);
      if (png_get_bit_depth(png_, info_) == 16 && png_get_color_type(png_, info_) == PNG_COLOR_TYPE_GRAY) {
        png_set_read_user_transform_fn(png_, cut_off_at_white);
        png_set_user_transform_info(png_, &whitened_, 8, 3);
      } else {
        png_set_strip_16(png_);
      }
      png_set_strip_alpha(png_);
      png_set_gray_to_rgb(png_);
      passes_ = png_set_interlace_handling(png_);
      png_read_update_info(png_, info_);
    });
  }

  void read(std::uint8_t* pixels) {
    guarded([this, pixels] {
      const png_uint_32 rows = png_get_image_height(png_, info_);
      const std::size_t stride = png_get_rowbytes(png_, info_);
      for (int pass = 0; pass < passes_; ++pass) {
        for (png_uint_32 row = 0; row < rows; ++row) png_read_row(png_, pixels + row * stride, nullptr);
      }
      // Checks the last checksums, so that a file cut off in its last bytes is noticed too.
      png_read_end(png_, nullptr);
    });
  }

 private:
  [[noreturn]] static void on_error(png_structp png, png_const_charp reason) {
    static_cast<ErrorTrap*>(png_get_error_ptr(png))->fail(reason);
  }
  /// libpng warns of what does not touch the pixels.
  static void on_warning(png_structp, png_const_charp) {}

  static void read_bytes(png_structp png, png_bytep out, std::size_t count) {
    auto& rest = *static_cast<std::span<const std::byte>*>(png_get_io_ptr(png));
    if (rest.size() < count) png_error(png, "Premature end of PNG file");
    std::memcpy(out, rest.data(), count);
    rest = rest.subspan(count);
  }

  template <class Step>
  void guarded(const Step& step) {
    if (trap_.run(step)) return;
    throw base::DataError(base::format("truncated or damaged PNG: libpng says \"{}\"", trap_.reason()));
  }

  std::span<const std::byte> rest_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  int passes_ = 1;
  bool whitened_ = false;
  ErrorTrap trap_;
};

}  // namespace

ImageSummary summarise_png(std::span<const std::byte> encoded) {
  PngReader reader(encoded);
  reader.start();
  return reader.summary();
}

ImageSummary decode_png(std::span<const std::byte> encoded, Image& image) {
  PngReader reader(encoded);
  reader.start();
  const ImageSummary header = reader.summary();
  reader.expand();
  shape_image(header.height, header.width, image);
  reader.read(image.pixels.data());
  return reader.summary();
}

}  // namespace ltr::image
