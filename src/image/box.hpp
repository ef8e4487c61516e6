// SPDX-License-Identifier: Apache-2.0
// A rectangle of pixels.
#pragma once

namespace ltr::image {

/// Rows top..top+height-1 of columns left..left+width-1.
struct Box {
  int top = 0;
  int left = 0;
  int height = 0;
  int width = 0;

  bool operator==(const Box&) const = default;
};

/// Whether all of `inner` lies in `outer`.
[[nodiscard]] constexpr bool contains(const Box& outer, const Box& inner) {
  return inner.top >= outer.top && inner.left >= outer.left &&
         inner.top + inner.height <= outer.top + outer.height &&
         inner.left + inner.width <= outer.left + outer.width;
}

}  // namespace ltr::image
