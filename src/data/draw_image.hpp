// SPDX-License-Identifier: Apache-2.0
// One image of the synthetic set, drawn from random numbers.
#pragma once

#include "base/random.hpp"
#include "data/synthetic_class.hpp"
#include "image/decode.hpp"

namespace ltr::data {

/// A picture of the class at a random place, scale, rotation and shade, among smaller things of other
/// classes, partly covered at times, with noise. The hue varies as far as to its neighbours', so that no
/// classifier is always right. Shape: [size, size, 3].
[[nodiscard]] image::Image draw_image(const SyntheticClass& looks, int size, base::CounterRandom& random);

}  // namespace ltr::data
