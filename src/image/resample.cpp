// SPDX-License-Identifier: Apache-2.0
#include "image/resample.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"
#include "image/codec.hpp"

namespace ltr::image {
namespace {

/// 32 bits hold a grey level (8), its fraction (22) and two bits to spare.
constexpr int kPrecision = 32 - 8 - 2;
constexpr std::int32_t kHalf = 1 << (kPrecision - 1);

double triangle(double x) { return std::max(0.0, 1.0 - std::abs(x)); }

/// The weights are positive and sum to 1 within their rounding, so a sum never leaves 0..255.
std::uint8_t grey_level(std::int32_t sum) { return static_cast<std::uint8_t>(sum >> kPrecision); }

/// Outputs begin..begin+count-1 of an axis that goes from `inputs` to `outputs` pixels.
void fill_filter(int inputs, int outputs, int begin, int count, AxisFilter& filter) {
  const double scale = static_cast<double>(inputs) / outputs;
  const double support = std::max(scale, 1.0);  // the triangle widens when shrinking: antialiasing
  const double inverse = 1.0 / support;
  filter.taps = static_cast<int>(std::ceil(support)) * 2 + 1;
  filter.first.resize(count);
  filter.count.resize(count);
  filter.weights.resize(static_cast<std::size_t>(count) * filter.taps);
  for (int i = 0; i < count; ++i) {
    const double centre = (begin + i + 0.5) * scale;
    const int first = std::max(0, static_cast<int>(centre - support + 0.5));
    const int last = std::min(inputs, static_cast<int>(centre + support + 0.5));
    const auto weight = [&](int input) { return triangle((input - centre + 0.5) * inverse); };
    double total = 0;
    for (int input = first; input < last; ++input) total += weight(input);
    std::int32_t* weights = &filter.weights[static_cast<std::size_t>(i) * filter.taps];
    for (int input = first; input < last; ++input) {
      weights[input - first] = static_cast<std::int32_t>(0.5 + weight(input) / total * (1 << kPrecision));
    }
    filter.first[i] = first;
    filter.count[i] = last - first;
  }
}

/// One row of RGB pixels through the horizontal filter.
void resample_row(const std::uint8_t* row, const AxisFilter& filter, std::uint8_t* out) {
  const std::int32_t* weights = filter.weights.data();
  for (std::size_t i = 0; i < filter.first.size(); ++i, weights += filter.taps, out += 3) {
    const std::uint8_t* pixel = row + std::size_t{3} * filter.first[i];
    std::int32_t red = kHalf;
    std::int32_t green = kHalf;
    std::int32_t blue = kHalf;
    for (int tap = 0; tap < filter.count[i]; ++tap, pixel += 3) {
      red += pixel[0] * weights[tap];
      green += pixel[1] * weights[tap];
      blue += pixel[2] * weights[tap];
    }
    out[0] = grey_level(red);
    out[1] = grey_level(green);
    out[2] = grey_level(blue);
  }
}

/// Output row i from the rows that the horizontal pass left, the first of which is input row `rows_begin`.
void blend_rows(ResampleBuffers& buffers, std::size_t i, int rows_begin, std::span<std::uint8_t> out) {
  const AxisFilter& filter = buffers.vertical;
  const std::size_t stride = out.size();
  const std::uint8_t* row = buffers.rows.data() + stride * (filter.first[i] - rows_begin);
  std::int32_t* const sums = buffers.sums.data();
  std::fill_n(sums, stride, kHalf);
  for (int tap = 0; tap < filter.count[i]; ++tap, row += stride) {
    const std::int32_t weight = filter.weights[i * filter.taps + tap];
    for (std::size_t x = 0; x < stride; ++x) sums[x] += row[x] * weight;
  }
  for (std::size_t x = 0; x < stride; ++x) out[x] = grey_level(sums[x]);
}

}  // namespace

void resample(const Image& image, const Resampling& task, ResampleBuffers& buffers, Image& out) {
  const Box& source = task.source;
  const Box& window = task.window;
  LTR_EXPECT(&image != &out);
  LTR_EXPECT(source == intersection(source, Box{0, 0, image.height, image.width}));
  LTR_EXPECT(window == intersection(window, Box{0, 0, task.height, task.width}));
  if (source.height == task.height && source.width == task.width) {
    return crop(image, {source.top + window.top, source.left + window.left, window.height, window.width},
                out);
  }
  fill_filter(source.width, task.width, window.left, window.width, buffers.horizontal);
  fill_filter(source.height, task.height, window.top, window.height, buffers.vertical);

  const int begin = buffers.vertical.first.front();
  const int end = buffers.vertical.first.back() + buffers.vertical.count.back();
  const std::size_t stride = std::size_t{3} * window.width;
  buffers.rows.resize(stride * (end - begin));
  buffers.sums.resize(stride);
  for (int row = begin; row < end; ++row) {
    const std::size_t from = (static_cast<std::size_t>(source.top + row) * image.width + source.left) * 3;
    resample_row(&image.pixels[from], buffers.horizontal, &buffers.rows[stride * (row - begin)]);
  }
  shape_image(window.height, window.width, out);
  for (int row = 0; row < window.height; ++row) {
    blend_rows(buffers, row, begin, {&out.pixels[stride * row], stride});
  }
}

}  // namespace ltr::image
