// SPDX-License-Identifier: Apache-2.0
#include "image/color_kernels.hpp"

#include <algorithm>

#include "image/color_formula.hpp"

// This file is compiled once for every target.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "image/color_kernels.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ltr::image::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR

std::int64_t SumOfLuma(std::span<const std::uint8_t> pixels) { return plain::sum_of_luma(pixels, 0); }
void BlendWithLevel(int level, float factor, std::span<std::uint8_t> values) {
  plain::blend_with_level(level, factor, 0, values);
}
void BlendWithLuma(float factor, std::span<std::uint8_t> pixels) {
  plain::blend_with_luma(factor, 0, pixels);
}

#else

using Floats = hn::ScalableTag<float>;
using Integers = hn::Rebind<std::int32_t, Floats>;
using Levels = hn::Rebind<std::uint8_t, Floats>;

template <class Vector>
HWY_INLINE hn::Vec<Integers> luma(const Vector& red, const Vector& green, const Vector& blue) {
  const Integers d;
  const auto sum = hn::Add(hn::Mul(red, hn::Set(d, kRed)), hn::Mul(green, hn::Set(d, kGreen)));
  return hn::ShiftRight<kLumaBits>(
      hn::Add(hn::Add(sum, hn::Mul(blue, hn::Set(d, kBlue))), hn::Set(d, kLumaHalf)));
}

/// See plain::blend: the same operations in the same order.
template <class Vector>
HWY_INLINE hn::Vec<Levels> blend(const Vector& plain, const Vector& value, float factor) {
  const Floats df;
  const auto difference = hn::ConvertTo(df, hn::Sub(value, plain));
  const auto mixed = hn::Add(hn::ConvertTo(df, plain), hn::Mul(hn::Set(df, factor), difference));
  const auto level = hn::Min(hn::Max(mixed, hn::Zero(df)), hn::Set(df, 255.0F));
  return hn::DemoteTo(Levels(), hn::ConvertTo(Integers(), level));
}

std::int64_t SumOfLuma(std::span<const std::uint8_t> pixels) {
  const Integers d;
  const std::size_t step = 3 * hn::Lanes(d);
  constexpr std::size_t kStepsOfASum = 1 << 16;  // whose lanes, 255 at most each, stay below 2^31 together
  std::int64_t sum = 0;
  std::size_t i = 0;
  while (i + step <= pixels.size()) {
    auto sums = hn::Zero(d);
    const std::size_t end = std::min(pixels.size(), i + kStepsOfASum * step);
    for (; i + step <= end; i += step) {
      hn::Vec<Levels> red;
      hn::Vec<Levels> green;
      hn::Vec<Levels> blue;
      hn::LoadInterleaved3(Levels(), pixels.data() + i, red, green, blue);
      sums = hn::Add(sums, luma(hn::PromoteTo(d, red), hn::PromoteTo(d, green), hn::PromoteTo(d, blue)));
    }
    sum += hn::GetLane(hn::SumOfLanes(d, sums));
  }
  return sum + plain::sum_of_luma(pixels, i);
}

void BlendWithLevel(int level, float factor, std::span<std::uint8_t> values) {
  const Integers d;
  const auto plain_level = hn::Set(d, level);
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= values.size(); i += hn::Lanes(d)) {
    const auto value = hn::PromoteTo(d, hn::LoadU(Levels(), values.data() + i));
    hn::StoreU(blend(plain_level, value, factor), Levels(), values.data() + i);
  }
  plain::blend_with_level(level, factor, i, values);
}

void BlendWithLuma(float factor, std::span<std::uint8_t> pixels) {
  const Integers d;
  const std::size_t step = 3 * hn::Lanes(d);
  std::size_t i = 0;
  for (; i + step <= pixels.size(); i += step) {
    hn::Vec<Levels> red;
    hn::Vec<Levels> green;
    hn::Vec<Levels> blue;
    hn::LoadInterleaved3(Levels(), pixels.data() + i, red, green, blue);
    const auto r = hn::PromoteTo(d, red);
    const auto g = hn::PromoteTo(d, green);
    const auto b = hn::PromoteTo(d, blue);
    const auto grey = luma(r, g, b);
    hn::StoreInterleaved3(blend(grey, r, factor), blend(grey, g, factor), blend(grey, b, factor), Levels(),
                          pixels.data() + i);
  }
  plain::blend_with_luma(factor, i, pixels);
}

#endif

}  // namespace ltr::image::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ltr::image {

HWY_EXPORT(SumOfLuma);
HWY_EXPORT(BlendWithLevel);
HWY_EXPORT(BlendWithLuma);

std::int64_t sum_of_luma(std::span<const std::uint8_t> pixels) {
  return HWY_DYNAMIC_DISPATCH(SumOfLuma)(pixels);
}

void blend_with_level(int level, float factor, std::span<std::uint8_t> values) {
  HWY_DYNAMIC_DISPATCH(BlendWithLevel)(level, factor, values);
}

void blend_with_luma(float factor, std::span<std::uint8_t> pixels) {
  HWY_DYNAMIC_DISPATCH(BlendWithLuma)(factor, pixels);
}

namespace plain {

std::int64_t sum_of_luma(std::span<const std::uint8_t> pixels, std::size_t begin) {
  std::int64_t sum = 0;
  for (std::size_t i = begin; i < pixels.size(); i += 3) sum += luma(pixels[i], pixels[i + 1], pixels[i + 2]);
  return sum;
}

void blend_with_level(int level, float factor, std::size_t begin, std::span<std::uint8_t> values) {
  for (std::size_t i = begin; i < values.size(); ++i) values[i] = blend(level, values[i], factor);
}

void blend_with_luma(float factor, std::size_t begin, std::span<std::uint8_t> pixels) {
  for (std::size_t i = begin; i < pixels.size(); i += 3) {
    std::uint8_t* pixel = &pixels[i];
    const int grey = luma(pixel[0], pixel[1], pixel[2]);
    for (int channel = 0; channel < 3; ++channel) pixel[channel] = blend(grey, pixel[channel], factor);
  }
}

}  // namespace plain
}  // namespace ltr::image
#endif  // HWY_ONCE
