// SPDX-License-Identifier: Apache-2.0
// The inner loops over pixels, for the vector instructions of the processor at hand. All targets compute the
// same bits as the plain versions, which say what is meant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ltr::image {

/// Fraction bits of a filter's weights: 32 hold a grey level (8), these, and two to spare.
inline constexpr int kWeightBits = 32 - 8 - 2;

/// Weights of one axis: output i reads `count[i]` inputs from `first[i]` on. They are positive and sum to 1
/// within their rounding, so that no sum leaves 0..255.
/// Shape: first, count [outputs]; weights [outputs, taps], fixed point with kWeightBits.
struct AxisFilter {
  int taps = 0;
  std::vector<int> first;
  std::vector<int> count;
  std::vector<std::int32_t> weights;
  // For resample_rows, by split_weights.
  std::size_t groups = 0;            ///< of four taps, as many as the output with most has
  std::size_t reach = 0;             ///< bytes of a row that vector loads may touch
  std::vector<std::int16_t> halves;  ///< the weights as 16-bit multiplications take them
};

/// Taps that are multiplied together, and the 16-bit numbers that stand for their weights: each weight is
/// high * 2^kLowBits + low.
inline constexpr std::size_t kTapsOfGroup = 4;
inline constexpr std::size_t kHalvesOfGroup = 32;
inline constexpr int kLowBits = 11;

/// Fills in what resample_rows needs.
void split_weights(AxisFilter& filter);

/// Rows of RGB pixels, `stride` bytes apart. From `begin` on `readable` bytes may be read.
struct PixelRows {
  const std::uint8_t* begin = nullptr;
  std::size_t stride = 0;
  std::size_t count = 0;
  std::size_t readable = 0;
};

/// Each row through a filter: out[i] = sum of row[first + t] weights[t], to the nearest level.
/// Shape: out [rows.count, outputs, 3], rows `out_stride` bytes apart, at least one more than they fill.
void resample_rows(const PixelRows& rows, const AxisFilter& filter, std::uint8_t* out,
                   std::size_t out_stride);

/// out[x] = sum of rows[t stride + x] weights[t], to the nearest level.
/// Shape: rows [weights.size(), stride]; out up to stride.
void blend_rows(const std::uint8_t* rows, std::size_t stride, std::span<const std::int32_t> weights,
                std::span<std::uint8_t> out);

/// out[i, c] = pixels[i, c] scale[c] + shift[c]. Shape: pixels, out [N, 3].
void scale_levels(std::span<const std::uint8_t> pixels, std::span<const float, 3> scale,
                  std::span<const float, 3> shift, std::span<float> out);

/// The truth, and what is left over where vectors do not fit, from `begin` on.
namespace plain {
void resample_row(const std::uint8_t* row, const AxisFilter& filter, std::uint8_t* out);
void blend_rows(const std::uint8_t* rows, std::size_t stride, std::span<const std::int32_t> weights,
                std::size_t begin, std::span<std::uint8_t> out);
void scale_levels(std::span<const std::uint8_t> pixels, std::span<const float, 3> scale,
                  std::span<const float, 3> shift, std::size_t begin, std::span<float> out);
}  // namespace plain

}  // namespace ltr::image
