// SPDX-License-Identifier: Apache-2.0
#include "image/decode.hpp"

#include <cstring>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/random.hpp"
#include "image/golden.hpp"
#include "message_of.hpp"

namespace ltr::image {
namespace {

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return {bytes, bytes + text.size()};
}

std::string decoding_error(std::span<const std::byte> encoded) {
  return test::message_of<base::DataError>([&] { return decode(encoded); });
}

TEST(Decode, EveryKindOfFileGivesThePixelsOfPil) {
  for (const GoldenCase& golden : golden_cases("decode")) {
    const bool lossless = golden.source.ends_with(".png");
    EXPECT_LE(largest_difference(decode(read_golden(golden.source)), read_ppm(golden.expected)),
              lossless ? 0 : 1)
        << golden.source;
  }
}

TEST(DecodePart, IsThatPartOfTheWhole) {
  Decoder decoder;
  Image whole;
  Image part;
  base::CounterRandom random(3, base::Stream::test);
  const auto below = [&random](int bound) {
    return static_cast<int>(random.below(static_cast<std::uint64_t>(bound)));
  };
  for (const GoldenCase& golden : golden_cases("decode")) {
    const std::vector<std::byte> encoded = read_golden(golden.source);
    const Image unshrunk = decode(encoded);
    for (const int shrink : {1, 2, 4, 8}) {
      if (shrink > 1 && golden.source.ends_with(".png")) continue;
      const Box all{0, 0, (unshrunk.height + shrink - 1) / shrink, (unshrunk.width + shrink - 1) / shrink};
      decoder.decode_part(encoded, all, whole, shrink);
      ASSERT_EQ(whole.box(), all) << golden.source;
      if (shrink == 1) {
        ASSERT_EQ(whole.pixels, unshrunk.pixels) << golden.source;
      }
      for (int i = 0; i < 40; ++i) {
        const int top = below(whole.height);
        const int left = below(whole.width);
        const Box wanted{top, left, 1 + below(whole.height - top), 1 + below(whole.width - left)};
        decoder.decode_part(encoded, wanted, part, shrink);
        ASSERT_TRUE(contains(part.box(), wanted)) << golden.source;
        ASSERT_TRUE(contains(whole.box(), part.box())) << golden.source;
        const Box in_part{wanted.top - part.top, wanted.left - part.left, wanted.height, wanted.width};
        ASSERT_EQ(largest_difference(cropped(part, in_part), cropped(whole, wanted)), 0)
            << golden.source << " / " << shrink << ", " << wanted.height << " x " << wanted.width << " at "
            << top << ", " << left;
      }
    }
  }
}

TEST(DecodePart, BoxBeyondTheImageIsAnError) {
  Image part;
  for (const char* name : {"colour_420.jpg", "source.png"}) {
    const std::vector<std::byte> encoded = read_golden(name);
    EXPECT_THROW(Decoder().decode_part(encoded, {0, 0, 10'000, 1}, part), base::DataError) << name;
    EXPECT_THROW(Decoder().decode_part(encoded, {0, -1, 1, 1}, part), base::DataError) << name;
  }
  const std::vector<std::byte> encoded = read_golden("colour_420.jpg");
  const Image whole = decode(encoded);
  for (const int shrink : {1, 2, 8}) {
    const int height = (whole.height + shrink - 1) / shrink;
    EXPECT_NO_THROW(Decoder().decode_part(encoded, {0, 0, height, 1}, part, shrink));
    EXPECT_THROW(Decoder().decode_part(encoded, {0, 0, height + 1, 1}, part, shrink), base::DataError);
  }
}

TEST(DecodePart, ADecoderServesAfterADamagedImage) {
  Decoder decoder;
  Image image;
  std::vector<std::byte> cut = read_golden("colour_420.jpg");
  cut.resize(cut.size() / 2);
  EXPECT_THROW(decoder.decode(cut, image), base::DataError);
  decoder.decode(read_golden("colour_444.jpg"), image);
  EXPECT_EQ(largest_difference(image, decode(read_golden("colour_444.jpg"))), 0);
}

/// Without its segments of one kind (0xDB: quantisation, 0xC4: Huffman tables), up to the coded pixels.
std::vector<std::byte> without_segments(std::vector<std::byte> jpeg, int kind) {
  for (std::size_t at = 2; jpeg[at + 1] != std::byte{0xDA};) {
    const std::size_t size =
        2 + (std::to_integer<std::size_t>(jpeg[at + 2]) << 8) + std::to_integer<std::size_t>(jpeg[at + 3]);
    if (jpeg[at + 1] == std::byte(kind)) {
      jpeg.erase(jpeg.begin() + static_cast<std::ptrdiff_t>(at),
                 jpeg.begin() + static_cast<std::ptrdiff_t>(at + size));
    } else {
      at += size;
    }
  }
  return jpeg;
}

TEST(Decode, TablesThatAnImageLacksAreNotThoseOfTheImageBefore) {
  const std::vector<std::byte> sound = read_golden("colour_420.jpg");
  for (const int kind : {0xDB, 0xC4}) {
    const std::vector<std::byte> lacking = without_segments(sound, kind);
    ASSERT_LT(lacking.size(), sound.size());
    const auto outcome = [&lacking](Decoder& decoder) -> std::string {
      Image image;
      std::string message = test::message_of<base::DataError>([&] { decoder.decode(lacking, image); });
      return message != "accepted" ? message : std::string(image.pixels.begin(), image.pixels.end());
    };
    Decoder fresh;
    Decoder used;
    Image image;
    used.decode(read_golden("colour_444.jpg"), image);
    EXPECT_EQ(outcome(used), outcome(fresh)) << kind;
  }
}

TEST(Decode, ReusedBufferHoldsNothingOfThePreviousImage) {
  Image image = decode(read_golden("source.png"));
  const std::uint8_t* buffer = image.pixels.data();
  Decoder().decode(read_golden("colour_420.jpg"), image);
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
    ASSERT_EQ(decoding_error(whole), "accepted") << name;
    for (std::size_t kept = 0; kept < whole.size(); ++kept) {
      EXPECT_NE(decoding_error(std::span(whole).first(kept)), "accepted")
          << name << " cut to " << kept << " bytes";
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

std::string verifying_error(std::span<const std::byte> encoded) {
  Image scratch;
  return test::message_of<base::DataError>([&] { return Decoder().verify(encoded, scratch); });
}

/// The JPEG with its frame header changed by `change`, which gets the marker's position.
template <class Change>
std::vector<std::byte> with_frame(std::vector<std::byte> jpeg, const Change& change) {
  const std::array<std::byte, 2> frame{std::byte{0xFF}, std::byte{0xC0}};
  const auto found = std::search(jpeg.begin(), jpeg.end(), frame.begin(), frame.end());
  EXPECT_NE(found, jpeg.end());
  change(found);
  return jpeg;
}

TEST(Verify, KnowsTheSizeOfEveryKindOfFile) {
  Image scratch;
  for (const GoldenCase& golden : golden_cases("decode")) {
    const Image expected = read_ppm(golden.expected);
    const ImageSummary summary = Decoder().verify(read_golden(golden.source), scratch);
    EXPECT_EQ(summary.height, expected.height) << golden.source;
    EXPECT_EQ(summary.width, expected.width) << golden.source;
    EXPECT_EQ(summary.encoding == Encoding::png, golden.source.ends_with(".png")) << golden.source;
  }
  EXPECT_EQ(Decoder().verify(read_golden("grey.jpg"), scratch).channels, 1);
  EXPECT_EQ(Decoder().verify(read_golden("rgb.jpg"), scratch).channels, 3);
  EXPECT_EQ(Decoder().verify(read_golden("ycck.jpg"), scratch).channels, 4);
}

TEST(Verify, RefusesWhatDecodingRefuses) {
  for (const std::string name : {"colour_420.jpg", "progressive.jpg", "cmyk.jpg", "arithmetic.jpg",
                                 "restarts.jpg", "interlaced.png", "rgba_16.png"}) {
    const std::vector<std::byte> whole = read_golden(name);
    for (std::size_t kept = 0; kept < whole.size(); ++kept) {
      const auto cut = std::span(whole).first(kept);
      EXPECT_EQ(verifying_error(cut), decoding_error(cut)) << name << " cut to " << kept << " bytes";
    }
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::vector<std::byte> changed = whole;
      changed[at] ^= std::byte{0x10};
      EXPECT_EQ(verifying_error(changed), decoding_error(changed)) << name << ", byte " << at;
    }
  }
}

TEST(DecodeAsPil, GivesThePixelsOfPilWhereDecodingRefusesThem) {
  Image image;
  for (const GoldenCase& golden : golden_cases("taken_by_pil")) {
    const std::vector<std::byte> encoded = read_golden(golden.source);
    EXPECT_NE(decoding_error(encoded), "accepted") << golden.source;
    decode_as_pil(encoded, image);
    EXPECT_LE(largest_difference(image, read_ppm(golden.expected)), golden.source.ends_with(".png") ? 0 : 1)
        << golden.source;
  }
}

TEST(DecodeAsPil, RefusesWhatPilRefuses) {
  Image image;
  for (const GoldenCase& golden : golden_cases("refused_by_pil")) {
    EXPECT_THROW(decode_as_pil(read_golden(golden.source), image), base::DataError) << golden.source;
  }
  EXPECT_THROW(decode_as_pil(bytes_of("<html>"), image), base::DataError);
}

TEST(DecodeAsPil, GivesThePixelsOfDecodingWhereNothingIsDamaged) {
  Image image;
  for (const GoldenCase& golden : golden_cases("decode")) {
    decode_as_pil(read_golden(golden.source), image);
    EXPECT_EQ(largest_difference(image, decode(read_golden(golden.source))), 0) << golden.source;
  }
}

/// A chunk of a PNG.
std::vector<std::byte> chunk(std::string_view type, std::span<const std::byte> data) {
  std::vector<std::byte> bytes;
  const auto append = [&bytes](std::size_t number) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::byte>(number >> shift));
  };
  append(data.size());
  for (const char letter : type) bytes.push_back(static_cast<std::byte>(letter));
  bytes.insert(bytes.end(), data.begin(), data.end());
  append(base::crc32(std::span(bytes).subspan(4)));
  return bytes;
}

TEST(Decode, WhatDoesNotTouchThePixelsOfAPngIsPassedOverUnread) {
  const std::vector<std::byte> sound = read_golden("rgb_8.png");
  constexpr std::size_t kAfterHeader = 33;
  for (const std::string_view type : {"iCCP", "zTXt", "iTXt", "tEXt", "eXIf", "sPLT", "gAMA"}) {
    // A profile or text that libpng would complain of, had it looked.
    const std::vector<std::byte> extra = chunk(type, std::vector<std::byte>(20'000'000, std::byte{7}));
    std::vector<std::byte> png(sound.begin(), sound.begin() + kAfterHeader);
    png.insert(png.end(), extra.begin(), extra.end());
    png.insert(png.end(), sound.begin() + kAfterHeader, sound.end());
    EXPECT_EQ(largest_difference(decode(png), decode(sound)), 0) << type;
  }
}

TEST(Decode, MoreScansThanAnImageNeedsAreRefusedByTheirNumber) {
  std::vector<std::byte> jpeg = read_golden("progressive.jpg");
  const auto marker_behind = [&jpeg](auto from, int kind) {
    const std::array<std::byte, 2> marker{std::byte{0xFF}, std::byte(kind)};
    return std::search(from, jpeg.end(), marker.begin(), marker.end());
  };
  const auto begin = marker_behind(jpeg.begin(), 0xDA);  // the first scan, whose levels may be told again
  const auto end = marker_behind(begin, 0xC4);
  const std::vector<std::byte> scan(begin, end);
  std::vector<std::byte> scans;
  for (int i = 0; i < 500; ++i) scans.insert(scans.end(), scan.begin(), scan.end());
  jpeg.insert(end, scans.begin(), scans.begin() + 50 * std::ssize(scan));
  EXPECT_EQ(decoding_error(jpeg), "accepted");
  jpeg.insert(marker_behind(jpeg.begin(), 0xDA), scans.begin(), scans.end());
  for (const std::string& error : {decoding_error(jpeg), verifying_error(jpeg)}) {
    EXPECT_NE(error.find("more than 100 scans"), std::string::npos) << error;
  }
}

TEST(Verify, KnowsWhetherGreyLevelsBecomeWhite) {
  Image scratch;
  EXPECT_TRUE(Decoder().verify(read_golden("grey_16.png"), scratch).whitened);
  EXPECT_FALSE(Decoder().verify(read_golden("rgb_16.png"), scratch).whitened);
  EXPECT_FALSE(Decoder().verify(read_golden("grey_8.png"), scratch).whitened);
}

TEST(Decode, HeaderThatClaimsTooManyPixelsIsAnError) {
  const auto jpeg = with_frame(read_golden("colour_444.jpg"),
                               [](auto frame) { std::fill(frame + 5, frame + 9, std::byte{0xF0}); });
  EXPECT_NE(decoding_error(jpeg).find("61680 x 61680 pixels"), std::string::npos) << decoding_error(jpeg);
}

TEST(Decode, KindsTheLibraryLacksAreNamed) {
  const std::vector<std::byte> jpeg = read_golden("colour_444.jpg");
  const auto twelve_bits = with_frame(jpeg, [](auto frame) { frame[4] = std::byte{12}; });
  EXPECT_NE(decoding_error(twelve_bits).find("data precision 12"), std::string::npos)
      << decoding_error(twelve_bits);
  const auto lossless = with_frame(jpeg, [](auto frame) { frame[1] = std::byte{0xC3}; });
  EXPECT_NE(decoding_error(lossless).find("0xc3"), std::string::npos) << decoding_error(lossless);
}

TEST(Decode, VeryWideImageIsDecodedAndOneTooLargeIsNamed) {
  const Image wide{2, 20'000, std::vector<std::uint8_t>(std::size_t{3} * 2 * 20'000, 77)};
  const std::vector<std::byte> jpeg = encode_jpeg(wide, 90);
  EXPECT_LE(largest_difference(decode(jpeg), wide), 1);
  const auto claims_too_much = with_frame(jpeg, [](auto frame) { frame[5] = std::byte{0x4E}; });
  for (const std::string& error : {decoding_error(claims_too_much), verifying_error(claims_too_much)}) {
    EXPECT_NE(error.find("20000 x 19970 pixels"), std::string::npos) << error;
  }
  EXPECT_TRUE(is_allowed_size(1, 1'000'000));
  EXPECT_FALSE(is_allowed_size(1, 1'000'001));
}

TEST(EncodePng, LosesNothing) {
  for (const std::string name : {"decoded_colour_420_jpg.ppm", "decoded_one_pixel_png.ppm"}) {
    const Image image = read_ppm(name);
    const std::vector<std::byte> png = encode_png(image);
    EXPECT_EQ(recognise(png), Encoding::png);
    EXPECT_EQ(largest_difference(decode(png), image), 0);
    EXPECT_EQ(encode_png(image), png);
  }
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
    int factors = 0;
    with_frame(encode_jpeg(image, quality), [&](auto frame) {
      factors = std::to_integer<int>(frame[11]);  // marker 2, length 2, depth 1, size 4, components 1, id 1
    });
    return factors;
  };
  EXPECT_EQ(luma_factors(89), 0x22);
  EXPECT_EQ(luma_factors(90), 0x11);
}

}  // namespace
}  // namespace ltr::image
