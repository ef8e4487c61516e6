// SPDX-License-Identifier: Apache-2.0
// What PIL makes of the images in golden/, as written by make_golden.py.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "image/decode.hpp"
#include "image/resample.hpp"

namespace ltr::image {

inline std::vector<std::byte> read_golden(const std::string& name) {
  std::ifstream file(std::filesystem::path(LTR_SOURCE_DIR) / "tests/image/golden" / name, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << name;
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return {bytes, bytes + text.size()};
}

/// A binary PPM: "P6", width, height, 255, one white space, pixels.
inline Image read_ppm(const std::string& name) {
  const std::vector<std::byte> bytes = read_golden(name);
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::istringstream in(text);
  std::string kind;
  int levels = 0;
  Image image;
  in >> kind >> image.width >> image.height >> levels;
  EXPECT_EQ(kind, "P6") << name;
  const std::string pixels = text.substr(static_cast<std::size_t>(in.tellg()) + 1);
  image.pixels.assign(pixels.begin(), pixels.end());
  return image;
}

/// One line of cases.txt.
struct GoldenCase {
  std::string source;
  std::string expected;
  std::vector<double> numbers;
};

inline std::vector<GoldenCase> golden_cases(const std::string& what) {
  const std::vector<std::byte> bytes = read_golden("cases.txt");
  std::istringstream lines(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  std::vector<GoldenCase> cases;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string kind;
    GoldenCase golden;
    words >> kind >> golden.source >> golden.expected;
    for (double number = 0; words >> number;) golden.numbers.push_back(number);
    if (kind == what) cases.push_back(golden);
  }
  EXPECT_FALSE(cases.empty()) << what;
  return cases;
}

/// The largest difference of grey levels, or 256 if the shapes differ.
inline int largest_difference(const Image& a, const Image& b) {
  if (a.height != b.height || a.width != b.width || a.pixels.size() != b.pixels.size()) return 256;
  int largest = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    largest = std::max(largest, std::abs(int{a.pixels[i]} - int{b.pixels[i]}));
  }
  return largest;
}

/// Copies `box` of a whole image, pixel by pixel; black where the box sticks out.
inline Image cropped(const Image& image, const Box& box) {
  Image out{box.height, box.width, std::vector<std::uint8_t>(std::size_t{3} * box.height * box.width)};
  for (int y = 0; y < box.height; ++y) {
    for (int x = 0; x < box.width; ++x) {
      const int row = box.top + y;
      const int column = box.left + x;
      if (row < 0 || row >= image.height || column < 0 || column >= image.width) continue;
      for (int c = 0; c < 3; ++c) {
        out.pixels[(y * box.width + x) * 3 + c] = image.pixels[(row * image.width + column) * 3 + c];
      }
    }
  }
  return out;
}

inline Image mirrored(const Image& image) {
  Image out = image;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      for (int c = 0; c < 3; ++c) {
        out.pixels[(y * image.width + x) * 3 + c] =
            image.pixels[(y * image.width + image.width - 1 - x) * 3 + c];
      }
    }
  }
  return out;
}

/// What resample makes of a whole image or a part of one.
inline Image resampled(const Image& part, const Resampling& task) {
  ResampleBuffers buffers;
  Image out{task.window.height, task.window.width, {}};
  out.pixels.resize(std::size_t{3} * out.height * out.width);
  resample(part, task, buffers, out.pixels.data(), std::size_t{3} * out.width);
  return out;
}

}  // namespace ltr::image
