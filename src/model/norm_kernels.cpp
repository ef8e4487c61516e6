// SPDX-License-Identifier: Apache-2.0
#include "model/norm_kernels.hpp"

#include <algorithm>
#include <cstring>

// One copy of each pass for every generation of vectors; the loader takes the widest that the processor has.
#if defined(__x86_64__) && defined(__gnu_linux__)
#define LTR_EVERY_VECTOR_WIDTH __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define LTR_EVERY_VECTOR_WIDTH
#endif

namespace ltr::model {
namespace {

constexpr std::int64_t kLanes = 16;
/// Rows whose float32 sums go to float64 together.
constexpr std::int64_t kRowsASum = 64;

using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));

/// The channels from `first` that one vector takes, all of it or the last part of a row.
struct Strip {
  std::int64_t first = 0;
  std::int64_t width = 0;
};

inline __attribute__((always_inline)) void load(Lanes& to, const float* from, std::int64_t width) {
  if (width == kLanes) {
    std::memcpy(&to, from, sizeof to);
  } else {
    to = Lanes{};
    std::memcpy(&to, from, static_cast<std::size_t>(width) * sizeof(float));
  }
}

inline __attribute__((always_inline)) void store(float* to, const Lanes& from, std::int64_t width) {
  std::memcpy(to, &from, width == kLanes ? sizeof from : static_cast<std::size_t>(width) * sizeof(float));
}

inline __attribute__((always_inline)) void add_to(double* sums, const Lanes& part, std::int64_t width) {
  for (std::int64_t i = 0; i < width; ++i) sums[i] += static_cast<double>(part[i]);
}

/// Calls `pass(first channel, width)`, the width a constant where the strip is whole.
template <class Pass>
inline __attribute__((always_inline)) void for_each_strip(std::int64_t channels, const Pass& pass) {
  std::int64_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) pass(c, kLanes);
  if (c < channels) pass(c, channels - c);
}

}  // namespace

LTR_EVERY_VECTOR_WIDTH
void add_moments(const Rows& shape, const float* x, const float* shift, double* sum, double* squares) {
  const std::int64_t channels = shape.channels;
  for (std::int64_t begin = 0; begin < shape.rows; begin += kRowsASum) {
    const std::int64_t end = std::min(begin + kRowsASum, shape.rows);
    for_each_strip(channels, [&](std::int64_t c, std::int64_t width) __attribute__((always_inline)) {
      Lanes origin, value;
      load(origin, shift + c, width);
      Lanes total{}, square{};
      for (std::int64_t row = begin; row < end; ++row) {
        load(value, x + row * channels + c, width);
        value -= origin;
        total += value;
        square += value * value;
      }
      add_to(sum + c, total, width);
      add_to(squares + c, square, width);
    });
  }
}

LTR_EVERY_VECTOR_WIDTH
void scale_and_rectify(const Rows& shape, const float* x, const float* shortcut, const float* scale,
                       const float* offset, float* y) {
  const std::int64_t channels = shape.channels;
  for (std::int64_t begin = 0; begin < shape.rows; begin += kRowsASum) {
    const std::int64_t end = std::min(begin + kRowsASum, shape.rows);
    for_each_strip(channels, [&](std::int64_t c, std::int64_t width) __attribute__((always_inline)) {
      Lanes a, b, value, other;
      load(a, scale + c, width);
      load(b, offset + c, width);
      for (std::int64_t row = begin; row < end; ++row) {
        const std::int64_t at = row * channels + c;
        load(value, x + at, width);
        value = value * a + b;
        if (shortcut != nullptr) {
          load(other, shortcut + at, width);
          value += other;
        }
        value = value < 0 ? Lanes{} : value;  // a NaN stays one, as in torch's relu
        store(y + at, value, width);
      }
    });
  }
}

LTR_EVERY_VECTOR_WIDTH
void add_gradient_sums(const Rows& shape, const float* gradient, const float* y, const float* x,
                       const float* mean, double* sum, double* products) {
  const std::int64_t channels = shape.channels;
  for (std::int64_t begin = 0; begin < shape.rows; begin += kRowsASum) {
    const std::int64_t end = std::min(begin + kRowsASum, shape.rows);
    for_each_strip(channels, [&](std::int64_t c, std::int64_t width) __attribute__((always_inline)) {
      Lanes centre, g, seen, value;
      load(centre, mean + c, width);
      Lanes total{}, product{};
      for (std::int64_t row = begin; row < end; ++row) {
        const std::int64_t at = row * channels + c;
        load(g, gradient + at, width);
        load(seen, y + at, width);
        load(value, x + at, width);
        g = seen <= 0 ? Lanes{} : g;
        total += g;
        product += g * (value - centre);
      }
      add_to(sum + c, total, width);
      add_to(products + c, product, width);
    });
  }
}

LTR_EVERY_VECTOR_WIDTH
void gradients_of_inputs(const Rows& shape, const float* gradient, const float* y, const float* x,
                         const float* scale, const float* slope, const float* offset, float* of_x,
                         float* of_shortcut) {
  const std::int64_t channels = shape.channels;
  for (std::int64_t begin = 0; begin < shape.rows; begin += kRowsASum) {
    const std::int64_t end = std::min(begin + kRowsASum, shape.rows);
    for_each_strip(channels, [&](std::int64_t c, std::int64_t width) __attribute__((always_inline)) {
      Lanes a, b, d, g, seen, value;
      load(a, scale + c, width);
      load(b, slope + c, width);
      load(d, offset + c, width);
      for (std::int64_t row = begin; row < end; ++row) {
        const std::int64_t at = row * channels + c;
        load(g, gradient + at, width);
        load(seen, y + at, width);
        load(value, x + at, width);
        g = seen <= 0 ? Lanes{} : g;
        if (of_shortcut != nullptr) store(of_shortcut + at, g, width);
        value = a * g + b * value + d;
        store(of_x + at, value, width);
      }
    });
  }
}

}  // namespace ltr::model
