// SPDX-License-Identifier: Apache-2.0
#include "image/resample.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/check.hpp"

namespace ltr::image {
namespace {

double triangle(double x) { return std::max(0.0, 1.0 - std::abs(x)); }

/// One axis of an image at 1 / `shrink` of its size: the decoded pixels from `origin` on that hold `length`
/// of the whole ones from `begin` on become `outputs`. Inputs count from the origin.
struct Axis {
  Axis(int begin, int length, int shrink, int outputs)
      : origin(begin / shrink),
        inputs((begin + length + shrink - 1) / shrink - origin),
        fraction(static_cast<double>(begin % shrink) / shrink),
        scale(static_cast<double>(length) / shrink / outputs),
        support(std::max(scale, 1.0)) {}  // the triangle widens when shrinking: antialiasing

  [[nodiscard]] double centre(int output) const { return fraction + (output + 0.5) * scale; }
  [[nodiscard]] int first(int output) const {
    return std::max(0, static_cast<int>(centre(output) - support + 0.5));
  }
  /// One behind the last.
  [[nodiscard]] int end(int output) const {
    return std::min(inputs, static_cast<int>(centre(output) + support + 0.5));
  }

  int origin;
  int inputs;
  double fraction;  ///< of the first decoded pixel that lies before `begin`
  double scale;
  double support;
};

Axis vertical_axis(const Resampling& task) {
  return {task.source.top, task.source.height, task.shrink, task.height};
}

Axis horizontal_axis(const Resampling& task) {
  return {task.source.left, task.source.width, task.shrink, task.width};
}

/// Outputs begin..begin+count-1, the last one first if flipped.
void fill_filter(const Axis& axis, int begin, int count, Flip flip, AxisFilter& filter) {
  const double inverse = 1.0 / axis.support;
  filter.taps = static_cast<int>(std::ceil(axis.support)) * 2 + 1;
  filter.first.resize(count);
  filter.count.resize(count);
  filter.weights.resize(static_cast<std::size_t>(count) * filter.taps);
  for (int i = 0; i < count; ++i) {
    const int output = flip == Flip::yes ? begin + count - 1 - i : begin + i;
    const double centre = axis.centre(output);
    const int first = axis.first(output);
    const int end = axis.end(output);
    const auto weight = [&](int input) { return triangle((input - centre + 0.5) * inverse); };
    double total = 0;
    for (int input = first; input < end; ++input) total += weight(input);
    std::int32_t* weights = &filter.weights[static_cast<std::size_t>(i) * filter.taps];
    for (int input = first; input < end; ++input) {
      weights[input - first] = static_cast<std::int32_t>(0.5 + weight(input) / total * (1 << kWeightBits));
    }
    filter.first[i] = first;
    filter.count[i] = end - first;
  }
}

bool keeps_size(const Resampling& task) {
  return task.shrink == 1 && task.source.height == task.height && task.source.width == task.width;
}

/// The first byte of a pixel of the whole image.
const std::uint8_t* pixel_at(const Image& part, int row, int column) {
  return &part.pixels[(static_cast<std::size_t>(row - part.top) * part.width + (column - part.left)) * 3];
}

void copy_row(const std::uint8_t* row, std::size_t pixels, Flip flip, std::uint8_t* out) {
  if (flip == Flip::no) {
    std::memcpy(out, row, 3 * pixels);
    return;
  }
  for (const std::uint8_t* from = row + 3 * pixels; from != row; out += 3) {
    from -= 3;
    std::memcpy(out, from, 3);
  }
}

}  // namespace

int allowed_shrink(const Resampling& task) {
  constexpr int kLeft = 2;
  constexpr int kMost = 8;
  int shrink = kMost;
  while (shrink > 1 && (task.source.height < kLeft * shrink * task.height ||
                        task.source.width < kLeft * shrink * task.width)) {
    shrink /= 2;
  }
  return shrink;
}

Box needed_box(const Resampling& task) {
  const Box& source = task.source;
  const Box& window = task.window;
  if (keeps_size(task))
    return {source.top + window.top, source.left + window.left, window.height, window.width};
  const Axis vertical = vertical_axis(task);
  const Axis horizontal = horizontal_axis(task);
  const int top = vertical.first(window.top);
  const int left = horizontal.first(window.left);
  return {vertical.origin + top, horizontal.origin + left, vertical.end(window.top + window.height - 1) - top,
          horizontal.end(window.left + window.width - 1) - left};
}

void resample(const Image& part, const Resampling& task, ResampleBuffers& buffers, std::uint8_t* out,
              std::size_t stride) {
  const Box& window = task.window;
  const Box needed = needed_box(task);
  LTR_EXPECT(contains({0, 0, task.height, task.width}, window) && contains(part.box(), needed));
  const auto columns = static_cast<std::size_t>(window.width);
  if (keeps_size(task)) {
    for (int row = 0; row < window.height; ++row, out += stride) {
      copy_row(pixel_at(part, needed.top + row, needed.left), columns, task.flip, out);
    }
    return;
  }
  const Axis across = horizontal_axis(task);
  const Axis down = vertical_axis(task);
  AxisFilter& horizontal = buffers.horizontal;
  AxisFilter& vertical = buffers.vertical;
  fill_filter(across, window.left, window.width, task.flip, horizontal);
  fill_filter(down, window.top, window.height, Flip::no, vertical);
  split_weights(horizontal);

  // The filter's inputs count from the edge of `source`, of which the part may hold less.
  for (int& first : horizontal.first) first -= needed.left - across.origin;
  const std::uint8_t* const begin = pixel_at(part, needed.top, needed.left);
  const std::size_t width = 3 * columns;
  const std::size_t row_stride = width + 1;
  buffers.rows.resize(row_stride * static_cast<std::size_t>(needed.height));
  resample_rows({.begin = begin,
                 .stride = std::size_t{3} * static_cast<std::size_t>(part.width),
                 .count = static_cast<std::size_t>(needed.height),
                 .readable = static_cast<std::size_t>(part.pixels.data() + part.pixels.size() - begin)},
                horizontal, buffers.rows.data(), row_stride);
  for (std::size_t row = 0; row < static_cast<std::size_t>(window.height); ++row, out += stride) {
    const auto first = static_cast<std::size_t>(vertical.first[row] - (needed.top - down.origin));
    const std::span weights(&vertical.weights[row * static_cast<std::size_t>(vertical.taps)],
                            static_cast<std::size_t>(vertical.count[row]));
    blend_rows(&buffers.rows[row_stride * first], row_stride, weights, {out, width});
  }
}

}  // namespace ltr::image
