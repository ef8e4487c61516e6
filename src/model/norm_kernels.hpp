// SPDX-License-Identifier: Apache-2.0
// Passes over channels-last activations that BatchNorm with ReLU is made of, on rows of C channels.
#pragma once

#include <cstdint>

namespace ltr::model {

/// Rows [rows, C] of float32, contiguous.
struct Rows {
  std::int64_t rows = 0;
  std::int64_t channels = 0;  ///< C
};

/// sum += x - shift and squares += (x - shift)^2 over the rows. Sums of a few rows at a time are float32, so
/// that bits depend on the rows alone, not on the processor's vector width.
/// Shape: x [rows, C]; shift [C]; sum, squares [C].
void add_moments(const Rows& shape, const float* x, const float* shift, double* sum, double* squares);

/// y = scale x + offset + shortcut where that is not negative, else 0; `shortcut` may be null and then counts
/// as 0. Shape: x, shortcut, y [rows, C]; scale, offset [C].
void scale_and_rectify(const Rows& shape, const float* x, const float* shortcut, const float* scale,
                       const float* offset, float* y);

/// With g = 0 where y <= 0 and gradient elsewhere: sum += g and products += g (x - mean) over the rows.
/// Shape: gradient, y, x [rows, C]; mean, sum, products [C].
void add_gradient_sums(const Rows& shape, const float* gradient, const float* y, const float* x,
                       const float* mean, double* sum, double* products);

/// With the same g: of_x = scale g + slope x + offset, and, unless it is null, of_shortcut = g.
/// Shape: gradient, y, x, of_x, of_shortcut [rows, C]; scale, slope, offset [C].
void gradients_of_inputs(const Rows& shape, const float* gradient, const float* y, const float* x,
                         const float* scale, const float* slope, const float* offset, float* of_x,
                         float* of_shortcut);

}  // namespace ltr::model
