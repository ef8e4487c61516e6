// SPDX-License-Identifier: Apache-2.0
// Which part of an image the network sees.
#pragma once

#include "base/random.hpp"
#include "image/decode.hpp"

namespace ltr::image {

/// A rectangle of pixels.
struct Box {
  int top = 0;
  int left = 0;
  int height = 0;
  int width = 0;

  bool operator==(const Box&) const = default;
};

/// Area 0.08..1 of the image, ratio 3/4..4/3, ten tries, then the largest centred box of an allowed ratio.
/// Draws per try: area, log ratio; then, once a box fits, top and left.
[[nodiscard]] Box random_resized_box(int height, int width, base::CounterRandom& random);

/// The image scaled so that its shorter side is `shorter`; the longer one rounded down.
[[nodiscard]] Box scaled_box(const Image& image, int shorter);

/// The size x size box in the middle of `whole`; sticks out where `whole` is smaller.
[[nodiscard]] Box centre_box(const Box& whole, int size);

/// What lies in both; they must overlap.
[[nodiscard]] Box intersection(const Box& a, const Box& b);

/// Copies `box` of `image`; black where the box sticks out.
void crop(const Image& image, const Box& box, Image& out);

}  // namespace ltr::image
