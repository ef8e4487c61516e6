// SPDX-License-Identifier: Apache-2.0
#include <png.h>

#include "base/check.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "image/decode.hpp"

namespace ltr::image {

std::vector<std::byte> encode_png(const Image& image) {
  LTR_EXPECT(image.pixels.size() == std::size_t{3} * image.height * image.width);
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  header.height = static_cast<png_uint_32>(image.height);
  header.width = static_cast<png_uint_32>(image.width);
  header.format = PNG_FORMAT_RGB;
  std::vector<std::byte> bytes(PNG_IMAGE_PNG_SIZE_MAX(header));
  png_alloc_size_t size = bytes.size();
  if (png_image_write_to_memory(&header, bytes.data(), &size, 0, image.pixels.data(), 0, nullptr) == 0) {
    throw base::DataError(base::format("cannot encode as PNG: libpng says \"{}\"", header.message));
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace ltr::image
