// SPDX-License-Identifier: Apache-2.0
// Every chroma sampling that libjpeg reads: parts are parts of the whole, and shrunken images show the same.
#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>

#include <gtest/gtest.h>
#include <jpeglib.h>

#include "base/error.hpp"
#include "image/decode.hpp"
#include "image/golden.hpp"
#include "image/jpeg_errors.hpp"

namespace ltr::image {
namespace {

struct Factors {
  int across = 1;
  int down = 1;
};
using Sampling = std::vector<Factors>;  // a component each

std::string name_of(const Sampling& sampling) {
  std::string name;
  for (const auto& [across, down] : sampling)
    name += std::to_string(across) + "x" + std::to_string(down) + " ";
  return name;
}

/// Slow waves, another one for each component.
std::uint8_t level(int row, int column, int component) {
  const double phase = row / (40.0 + 7 * component) + column / (55.0 - 6 * component) + component;
  return static_cast<std::uint8_t>(128 + 90 * std::sin(phase));
}

/// Runs within a step of an error trap.
void write(jpeg_compress_struct& info, const Sampling& sampling, std::vector<JSAMPLE>& row,
           std::vector<jpeg_scan_info>& scans) {
  info.input_components = static_cast<int>(sampling.size());
  info.in_color_space = sampling.size() == 1 ? JCS_GRAYSCALE : sampling.size() == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&info);
  if (sampling.size() == 4) jpeg_set_colorspace(&info, JCS_YCCK);
  jpeg_set_quality(&info, 100, TRUE);
  int blocks = 0;
  for (std::size_t c = 0; c < sampling.size(); ++c) {
    info.comp_info[c].h_samp_factor = sampling[c].across;
    info.comp_info[c].v_samp_factor = sampling[c].down;
    blocks += sampling[c].across * sampling[c].down;
    scans[c] = {1, {static_cast<int>(c)}, 0, 63, 0, 0};
  }
  if (blocks > C_MAX_BLOCKS_IN_MCU) {  // too many for one scan
    info.scan_info = scans.data();
    info.num_scans = static_cast<int>(sampling.size());
  }
  jpeg_start_compress(&info, TRUE);
  for (JDIMENSION y = 0; y < info.image_height; ++y) {
    for (JDIMENSION x = 0; x < info.image_width; ++x) {
      for (int c = 0; c < info.input_components; ++c) {
        row[x * static_cast<std::size_t>(info.input_components) + static_cast<std::size_t>(c)] =
            level(static_cast<int>(y), static_cast<int>(x), c);
      }
    }
    JSAMPROW place = row.data();
    jpeg_write_scanlines(&info, &place, 1);
  }
  jpeg_finish_compress(&info);
}

/// None if libjpeg does not write that sampling.
std::optional<std::vector<std::byte>> jpeg_of(const Sampling& sampling, int height, int width) {
  jpeg_compress_struct info{};
  JpegErrors errors;
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  std::vector<JSAMPLE> row(static_cast<std::size_t>(width) * 4);
  std::vector<jpeg_scan_info> scans(4);
  errors.attach(info);
  const bool written = errors.trap().run([&] {
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &bytes, &size);
    info.image_height = static_cast<JDIMENSION>(height);
    info.image_width = static_cast<JDIMENSION>(width);
    write(info, sampling, row, scans);
  });
  jpeg_destroy_compress(&info);
  std::optional<std::vector<std::byte>> jpeg;
  const auto* first = reinterpret_cast<const std::byte*>(bytes);
  if (written) jpeg.emplace(first, first + size);
  std::free(bytes);
  return jpeg;
}

/// Decibels between two images of one size.
double peak_signal_to_noise(const Image& a, const Image& b) {
  double squares = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    const double difference = int{a.pixels[i]} - int{b.pixels[i]};
    squares += difference * difference;
  }
  return 10 * std::log10(255.0 * 255.0 * static_cast<double>(a.pixels.size()) / std::max(squares, 1e-3));
}

/// Of the whole image made as small as allowed_shrink allows.
double shrunken_quality(const Image& whole, const Image& shrunken, int shrink) {
  Resampling task{.source = whole.box(),
                  .height = whole.height / (2 * shrink),
                  .width = whole.width / (2 * shrink),
                  .window = {}};
  task.window = {0, 0, task.height, task.width};
  const Image expected = resampled(whole, task);
  task.shrink = shrink;
  return peak_signal_to_noise(resampled(shrunken, task), expected);
}

/// Everything that holds of a JPEG at one size.
void expect_right(std::span<const std::byte> jpeg, const Image& full, int shrink) {
  Decoder decoder;
  const ImageSummary summary = decoder.open(jpeg);
  ASSERT_EQ(summary.height, full.height);
  ASSERT_EQ(summary.width, full.width);
  const Box all{0, 0, (full.height + shrink - 1) / shrink, (full.width + shrink - 1) / shrink};
  Image whole;
  Image part;
  decoder.read_part(all, whole, shrink);
  ASSERT_EQ(whole.box(), all);
  if (shrink <= summary.largest_shrink) {
    EXPECT_GE(shrunken_quality(full, whole, shrink), 40);
  }
  constexpr std::array<std::array<int, 4>, 5> kShares{
      // of 100: top, left, height, width
      {{0, 0, 50, 50}, {50, 50, 50, 50}, {30, 20, 10, 30}, {0, 40, 100, 10}, {70, 0, 30, 5}}};
  for (const auto& [top, left, height, width] : kShares) {
    const Box wanted{top * whole.height / 100, left * whole.width / 100,
                     std::max(1, height * whole.height / 100), std::max(1, width * whole.width / 100)};
    decoder.decode_part(jpeg, wanted, part, shrink);
    const Box in_part{wanted.top - part.top, wanted.left - part.left, wanted.height, wanted.width};
    ASSERT_TRUE(contains(part.box(), wanted));
    EXPECT_EQ(largest_difference(cropped(part, in_part), cropped(whole, wanted)), 0)
        << wanted.height << " x " << wanted.width << " at " << wanted.top << ", " << wanted.left;
  }
}

/// False if libjpeg does not write that sampling.
bool expect_right(const Sampling& sampling, int height, int width) {
  const auto jpeg = jpeg_of(sampling, height, width);
  if (!jpeg) return false;
  const Image full = decode(*jpeg);
  for (const int shrink : {1, 2, 4, 8}) {
    SCOPED_TRACE(name_of(sampling) + std::to_string(width) + "x" + std::to_string(height) + " / " +
                 std::to_string(shrink));
    expect_right(*jpeg, full, shrink);
  }
  return true;
}

/// The digits of `code` to base 4, two a component.
Sampling sampling_of(int code, std::size_t components) {
  Sampling sampling(components);
  for (auto& [across, down] : sampling) {
    across = 1 + code % 4;
    down = 1 + code / 4 % 4;
    code /= 16;
  }
  return sampling;
}

constexpr std::array<std::array<int, 2>, 3> kSizes{{{61, 97}, {128, 192}, {35, 50}}};  // height, width

TEST(EverySampling, OfThreeComponentsIsRightInPartsAndShrunken) {
  int written = 0;
  for (int code = 0; code < 16 * 16 * 16; ++code) {
    const auto [height, width] = kSizes[static_cast<std::size_t>(code) % 3];
    written += expect_right(sampling_of(code, 3), height, width) ? 1 : 0;
  }
  EXPECT_GT(written, 1000);
}

TEST(EverySampling, OfGreyAndOfInksIsRightInPartsAndShrunken) {
  int written = 0;
  for (const auto& [height, width] : kSizes) {
    for (int code = 0; code < 16; ++code) {
      written += expect_right(sampling_of(code, 1), height, width) ? 1 : 0;
    }
    for (const int code : {0x0000, 0x5005, 0x1001, 0x4004, 0x0005, 0x5000, 0x3003, 0x7007, 0xD00D, 0x0050}) {
      written += expect_right(sampling_of(code, 4), height, width) ? 1 : 0;
    }
  }
  EXPECT_EQ(written, 3 * 26);
}

TEST(EverySampling, ThatShrinkingWouldLeaveCoarseIsDecodedLarger) {
  const auto largest = [](const Sampling& sampling) {
    return Decoder().open(jpeg_of(sampling, 61, 97).value()).largest_shrink;
  };
  EXPECT_EQ(largest({{1, 1}, {1, 1}, {1, 1}}), 8);
  EXPECT_EQ(largest({{2, 2}, {1, 1}, {1, 1}}), 8);
  EXPECT_EQ(largest({{2, 1}, {1, 1}, {1, 1}}), 8);
  EXPECT_EQ(largest({{4, 1}, {1, 1}, {1, 1}}), 1);
  EXPECT_EQ(largest({{1, 3}, {1, 1}, {1, 1}}), 1);
  EXPECT_EQ(largest({{4, 2}, {1, 1}, {1, 1}}), 8);
}

}  // namespace
}  // namespace ltr::image
