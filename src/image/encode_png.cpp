// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstdlib>
#include <memory>

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
  // Grows with what is written: an empty image of many pixels must not take their memory twice.
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* stream = open_memstream(&text, &size);
  const bool written =
      stream != nullptr && png_image_write_to_stdio(&header, stream, 0, image.pixels.data(), 0, nullptr) != 0;
  if (stream != nullptr) std::fclose(stream);
  const std::unique_ptr<char, decltype(&std::free)> owned(text, std::free);
  if (!written)
    throw base::DataError(base::format("cannot encode as PNG: libpng says \"{}\"", header.message));
  const auto* first = reinterpret_cast<const std::byte*>(text);
  return {first, first + size};
}

}  // namespace ltr::image
