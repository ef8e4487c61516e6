// SPDX-License-Identifier: Apache-2.0
// What the classes of the synthetic set look like.
#pragma once

#include <cstdint>
#include <string>

namespace ltr::data {

enum class Shape { disc, ring, square, triangle, cross, star, bar, dome };
enum class Texture { plain, striped, checked, dotted };

inline constexpr int kShapes = 8;
inline constexpr int kTextures = 4;
inline constexpr int kHues = 12;     ///< 30 degrees apart
inline constexpr int kGrounds = 25;  ///< 0: any; then 12 hues, each light and dark
inline constexpr int kFrames = 25;   ///< 0: none; then as grounds

/// A shape filled with a texture in a hue, before a ground, perhaps in a frame.
/// Class j and class j + ceil(K/2) are twins: all but the hue is the same, and the hues are neighbours. With
/// counts that fall with the class number, every tail class thus has a head class that it is mistaken for.
struct SyntheticClass {
  Shape shape = Shape::disc;
  Texture texture = Texture::plain;
  int hue = 0;
  int ground = 0;
  int frame = 0;
};

/// Classes that can be told apart.
inline constexpr std::int32_t kMostSyntheticClasses = kShapes * kTextures * kHues * kGrounds * kFrames;

/// Class j of K.
[[nodiscard]] SyntheticClass synthetic_class(std::int32_t class_id, std::int32_t classes);

/// "striped_disc_red", "plain_bar_cyan_on_dark_green", "plain_bar_cyan_on_dark_green_in_light_red".
[[nodiscard]] std::string name_of(const SyntheticClass& looks);

}  // namespace ltr::data
