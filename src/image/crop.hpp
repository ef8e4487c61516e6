// SPDX-License-Identifier: Apache-2.0
// Which part of an image the network sees.
#pragma once

#include "base/random.hpp"
#include "image/box.hpp"

namespace ltr::image {

/// Area 0.08..1 of the image, ratio 3/4..4/3, ten tries, then the largest centred box of an allowed ratio.
/// Draws per try: area, log ratio; then, once a box fits, top and left.
[[nodiscard]] Box random_resized_box(int height, int width, base::CounterRandom& random);

/// An image of height x width scaled so that its shorter side is `shorter`; the longer one rounded down.
[[nodiscard]] Box scaled_box(int height, int width, int shorter);

/// The size x size box in the middle of `whole`; sticks out where `whole` is smaller.
[[nodiscard]] Box centre_box(const Box& whole, int size);

/// What lies in both; they must overlap.
[[nodiscard]] Box intersection(const Box& a, const Box& b);

}  // namespace ltr::image
