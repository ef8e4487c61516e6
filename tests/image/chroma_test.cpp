// SPDX-License-Identifier: Apache-2.0
#include "image/chroma.hpp"

#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <jpeglib.h>

namespace ltr::image {
namespace {

/// A JPEG of libjpeg's own with luma sampled `across` x `down` times as finely as chroma.
std::vector<std::byte> jpeg(int components, int across, int down, bool progressive = false) {
  jpeg_compress_struct encoder;
  jpeg_error_mgr errors;
  encoder.err = jpeg_std_error(&errors);
  jpeg_create_compress(&encoder);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&encoder, &memory, &size);
  encoder.image_width = encoder.image_height = 16;
  encoder.input_components = components;
  encoder.in_color_space = components == 1 ? JCS_GRAYSCALE : components == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&encoder);
  encoder.comp_info[0].h_samp_factor = across;
  encoder.comp_info[0].v_samp_factor = down;
  if (progressive) jpeg_simple_progression(&encoder);
  jpeg_start_compress(&encoder, TRUE);
  std::vector<JSAMPLE> row(static_cast<std::size_t>(16 * components), 90);
  for (int y = 0; y < 16; ++y) {
    JSAMPROW rows[] = {row.data()};
    jpeg_write_scanlines(&encoder, rows, 1);
  }
  jpeg_finish_compress(&encoder);
  const auto* begin = reinterpret_cast<const std::byte*>(memory);
  std::vector<std::byte> bytes(begin, begin + size);
  jpeg_destroy_compress(&encoder);
  std::free(memory);
  return bytes;
}

TEST(Chroma, IsTheSamplingThatLibjpegWrote) {
  EXPECT_EQ(chroma_of(jpeg(3, 1, 1)), "4:4:4");
  EXPECT_EQ(chroma_of(jpeg(3, 2, 1)), "4:2:2");
  EXPECT_EQ(chroma_of(jpeg(3, 2, 2)), "4:2:0");
  EXPECT_EQ(chroma_of(jpeg(3, 1, 2)), "4:4:0");
  EXPECT_EQ(chroma_of(jpeg(3, 4, 1)), "4:1:1");
  EXPECT_EQ(chroma_of(jpeg(3, 2, 2, true)), "4:2:0");
  EXPECT_EQ(chroma_of(jpeg(1, 1, 1)), "grayscale");
  EXPECT_EQ(chroma_of(jpeg(4, 1, 1)), "four components");
}

TEST(Chroma, OfWhatIsNoJpegOrCutOffIsUnknown) {
  const auto whole = jpeg(3, 2, 2);
  EXPECT_EQ(chroma_of({}), "unknown");
  EXPECT_EQ(chroma_of(std::span(whole).first(2)), "unknown");
  EXPECT_EQ(chroma_of(std::span(whole).first(100)), "unknown");
  EXPECT_EQ(chroma_of(std::vector<std::byte>(100, std::byte{7})), "unknown");
  constexpr std::string_view kSignature = "\x89PNG\r\n";
  const auto png = std::as_bytes(std::span(kSignature));
  EXPECT_EQ(chroma_of(png), "PNG");
}

}  // namespace
}  // namespace ltr::image
