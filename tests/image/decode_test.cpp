// SPDX-License-Identifier: Apache-2.0
#include "image/decode.hpp"

#include <cstring>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "image/golden.hpp"

namespace ltr::image {
namespace {

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return {bytes, bytes + text.size()};
}

/// The message of the DataError that decoding ends in, "" if it does not.
std::string decoding_error(std::span<const std::byte> encoded) {
  try {
    [[maybe_unused]] const Image image = decode(encoded);
  } catch (const base::DataError& error) {
    return error.what();
  }
  return "";
}

TEST(Decode, EveryKindOfFileGivesThePixelsOfPil) {
  for (const GoldenCase& golden : golden_cases("decode")) {
    const bool lossless = golden.source.ends_with(".png");
    EXPECT_LE(largest_difference(decode(read_golden(golden.source)), read_ppm(golden.expected)),
              lossless ? 0 : 1)
        << golden.source;
  }
}

TEST(Decode, ReusedBufferHoldsNothingOfThePreviousImage) {
  Image image = decode(read_golden("source.png"));
  const std::uint8_t* buffer = image.pixels.data();
  decode_into(read_golden("colour_420.jpg"), image);
  EXPECT_EQ(image.pixels.data(), buffer);
  EXPECT_EQ(largest_difference(image, decode(read_golden("colour_420.jpg"))), 0);
}

TEST(Decode, EmptyFileIsAnError) {
  EXPECT_NE(decoding_error({}).find("empty (zero bytes)"), std::string::npos);
}

TEST(Decode, TextFileIsAnErrorThatShowsItsFirstBytes) {
  const std::string error = decoding_error(bytes_of("hello, I am\nno image"));
  EXPECT_NE(error.find("neither JPEG nor PNG"), std::string::npos) << error;
  EXPECT_NE(error.find("\"hello, I am.\""), std::string::npos) << error;
}

TEST(Decode, FileCutOffAnywhereIsAnError) {
  for (const std::string name :
       {"colour_420.jpg", "progressive.jpg", "grey.jpg", "colour.png", "interlaced.png"}) {
    const std::vector<std::byte> whole = read_golden(name);
    ASSERT_EQ(decoding_error(whole), "") << name;
    for (std::size_t kept = 0; kept < whole.size(); ++kept) {
      EXPECT_NE(decoding_error(std::span(whole).first(kept)), "") << name << " cut to " << kept << " bytes";
    }
  }
}

TEST(Decode, CutOffFileIsCalledTruncatedWithTheLibrarysReason) {
  const std::vector<std::byte> jpeg = read_golden("colour_420.jpg");
  const std::string jpeg_error = decoding_error(std::span(jpeg).first(jpeg.size() - 20));
  EXPECT_NE(jpeg_error.find("truncated"), std::string::npos) << jpeg_error;
  EXPECT_NE(jpeg_error.find("remature end"), std::string::npos) << jpeg_error;
  const std::vector<std::byte> png = read_golden("colour.png");
  const std::string png_error = decoding_error(std::span(png).first(png.size() - 20));
  EXPECT_NE(png_error.find("truncated"), std::string::npos) << png_error;
  EXPECT_NE(png_error.find("Premature end"), std::string::npos) << png_error;
}

TEST(Decode, ChangedByteInPngIsAnError) {
  std::vector<std::byte> png = read_golden("colour.png");
  png[png.size() / 2] ^= std::byte{0x40};
  EXPECT_NE(decoding_error(png).find("damaged PNG"), std::string::npos);
}

TEST(Decode, EndMarkerInsideJpegDataIsAnError) {
  std::vector<std::byte> jpeg = read_golden("colour_444.jpg");
  jpeg[jpeg.size() - 100] = std::byte{0xFF};
  jpeg[jpeg.size() - 99] = std::byte{0xD9};
  EXPECT_NE(decoding_error(jpeg).find("premature end of data segment"), std::string::npos);
}

TEST(Decode, StrayBytesBeforeAMarkerAreNoError) {
  std::vector<std::byte> jpeg = read_golden("colour_444.jpg");
  const Image image = decode(jpeg);
  jpeg.insert(jpeg.end() - 2, 3, std::byte{0x11});
  EXPECT_EQ(largest_difference(decode(jpeg), image), 0);
}

TEST(Decode, HeaderThatClaimsTooManyPixelsIsAnError) {
  std::vector<std::byte> jpeg = read_golden("colour_444.jpg");
  const std::array<std::byte, 2> frame{std::byte{0xFF}, std::byte{0xC0}};
  const auto found = std::search(jpeg.begin(), jpeg.end(), frame.begin(), frame.end());
  ASSERT_NE(found, jpeg.end());
  std::fill(found + 5, found + 9, std::byte{0xF0});  // height and width
  EXPECT_NE(decoding_error(jpeg).find("61680 x 61680 pixels"), std::string::npos) << decoding_error(jpeg);
}

TEST(EncodeJpeg, LossStaysSmallAndShrinksWithQuality) {
  const Image image = read_ppm("decoded_colour_420_jpg.ppm");
  const auto mean_error = [&](int quality) {
    const Image decoded = decode(encode_jpeg(image, quality));
    double sum = 0;
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
      sum += std::abs(int{image.pixels[i]} - int{decoded.pixels[i]});
    }
    return sum / static_cast<double>(image.pixels.size());
  };
  EXPECT_LT(mean_error(100), 1);
  EXPECT_LT(mean_error(100), mean_error(85));
  EXPECT_LT(mean_error(85), mean_error(20));
}

TEST(EncodeJpeg, ChromaKeepsItsSizeFromQuality90On) {
  const Image image = read_ppm("decoded_colour_png.ppm");
  const auto luma_factors = [&](int quality) {
    const std::vector<std::byte> jpeg = encode_jpeg(image, quality);
    const std::array<std::byte, 2> frame{std::byte{0xFF}, std::byte{0xC0}};
    const auto found = std::search(jpeg.begin(), jpeg.end(), frame.begin(), frame.end());
    return std::to_integer<int>(found[11]);  // marker 2, length 2, depth 1, size 4, components 1, id 1
  };
  EXPECT_EQ(luma_factors(89), 0x22);
  EXPECT_EQ(luma_factors(90), 0x11);
}

}  // namespace
}  // namespace ltr::image
