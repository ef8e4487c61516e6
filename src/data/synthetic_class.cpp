// SPDX-License-Identifier: Apache-2.0
#include "data/synthetic_class.hpp"

#include <array>
#include <string_view>

#include "base/check.hpp"
#include "base/format.hpp"

namespace ltr::data {
namespace {

constexpr std::array<std::string_view, kShapes> kShapeNames{"disc",  "ring", "square", "triangle",
                                                            "cross", "star", "bar",    "dome"};
constexpr std::array<std::string_view, kTextures> kTextureNames{"plain", "striped", "checked", "dotted"};
constexpr std::array<std::string_view, kHues> kHueNames{
    "red", "orange", "yellow", "lime", "green", "mint", "cyan", "azure", "blue", "violet", "magenta", "rose"};

}  // namespace

SyntheticClass synthetic_class(std::int32_t class_id, std::int32_t classes) {
  LTR_EXPECT(classes <= kMostSyntheticClasses && class_id < classes);
  const std::int32_t pairs = (classes + 1) / 2;
  const std::int32_t pair = class_id % pairs;
  const std::int32_t twin = class_id / pairs;
  // The digits of `pair` in mixed radix; adding lower digits keeps them unique and makes neighbours differ in
  // all.
  const std::int32_t shape = pair % kShapes;
  const std::int32_t texture = pair / kShapes % kTextures;
  const std::int32_t hue_pair = pair / (kShapes * kTextures) % (kHues / 2);
  const std::int32_t ground = pair / (kShapes * kTextures * kHues / 2) % kGrounds;
  const std::int32_t frame = pair / (kShapes * kTextures * kHues / 2 * kGrounds);
  return {static_cast<Shape>(shape), static_cast<Texture>((texture + shape) % kTextures),
          (hue_pair + 2 * shape) % (kHues / 2) * 2 + twin, ground, frame};
}

std::string name_of(const SyntheticClass& looks) {
  const std::string name = base::format("{}_{}_{}", kTextureNames[static_cast<std::size_t>(looks.texture)],
                                        kShapeNames[static_cast<std::size_t>(looks.shape)],
                                        kHueNames[static_cast<std::size_t>(looks.hue)]);
  const auto shade = [](std::string_view preposition, int number) {
    return number == 0 ? ""
                       : base::format("_{}_{}_{}", preposition, number <= kHues ? "light" : "dark",
                                      kHueNames[static_cast<std::size_t>((number - 1) % kHues)]);
  };
  return name + shade("on", looks.ground) + shade("in", looks.frame);
}

}  // namespace ltr::data
