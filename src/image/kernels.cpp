// SPDX-License-Identifier: Apache-2.0
#include "image/kernels.hpp"

#include <algorithm>
#include <array>
#include <cstring>

// This file is compiled once for every target.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "image/kernels.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ltr::image::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR

void ResampleRows(const PixelRows& rows, const AxisFilter& filter, std::uint8_t* out,
                  std::size_t out_stride) {
  for (std::size_t row = 0; row < rows.count; ++row) {
    plain::resample_row(rows.begin + row * rows.stride, filter, out + row * out_stride);
  }
}

void BlendRows(const std::uint8_t* rows, std::size_t stride, std::span<const std::int32_t> weights,
               std::span<std::uint8_t> out) {
  plain::blend_rows(rows, stride, weights, 0, out);
}

void ScaleLevels(std::span<const std::uint8_t> pixels, std::span<const float, 3> scale,
                 std::span<const float, 3> shift, std::span<float> out) {
  plain::scale_levels(pixels, scale, shift, 0, out);
}

#else

// Rows side by side in one vector, 16 bytes of each.
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
constexpr std::size_t kRows = 4;
#elif HWY_TARGET == HWY_AVX2
constexpr std::size_t kRows = 2;
#else
constexpr std::size_t kRows = 1;
#endif

template <std::size_t kCount>
using Bytes = hn::FixedTag<std::uint8_t, 16 * kCount>;
template <std::size_t kCount>
using Pairs = hn::FixedTag<std::int16_t, 8 * kCount>;
template <std::size_t kCount>
using Sums = hn::FixedTag<std::int32_t, 4 * kCount>;

/// 16 bytes of each row.
template <std::size_t kCount>
HWY_INLINE hn::Vec<Bytes<kCount>> load_rows(const std::uint8_t* row, std::size_t stride) {
  if constexpr (kCount == 1) {
    return hn::LoadU(Bytes<1>(), row);
  } else {
    constexpr std::size_t kHalf = kCount / 2;
    return hn::Combine(Bytes<kCount>(), load_rows<kHalf>(row + kHalf * stride, stride),
                       load_rows<kHalf>(row, stride));
  }
}

/// Sums of products of 16-bit pairs; what lies where between the two is the target's affair.
template <std::size_t kCount>
struct PairSums {
  hn::Vec<Sums<kCount>>
      even;  // no initialisers: a constructor that the compiler writes would be for no target
  hn::Vec<Sums<kCount>> odd;

  template <class Levels>
  HWY_INLINE void add(const Levels& levels, const std::int16_t* weights) {
    even = hn::ReorderWidenMulAccumulate(Sums<kCount>(), levels, hn::LoadDup128(Pairs<kCount>(), weights),
                                         even, odd);
  }
  /// Lanes of each row: red, green, blue, nothing.
  [[nodiscard]] HWY_INLINE hn::Vec<Sums<kCount>> sums() const {
    return hn::RearrangeToOddPlusEven(even, odd);
  }
};

/// Rows that stand side by side, as many as kCount.
template <std::size_t kCount>
HWY_INLINE void resample_rows_together(const std::uint8_t* rows, std::size_t stride, const AxisFilter& filter,
                                       std::uint8_t* out, std::size_t out_stride) {
  // Two pixels as pairs of 16-bit levels: r r g g b b; 0x80 gives zero.
  alignas(16) static constexpr std::uint8_t kFirstTwo[16] = {0, 0x80, 3, 0x80, 1,    0x80, 4,    0x80,
                                                             2, 0x80, 5, 0x80, 0x80, 0x80, 0x80, 0x80};
  alignas(16) static constexpr std::uint8_t kLastTwo[16] = {6, 0x80, 9,  0x80, 7,    0x80, 10,   0x80,
                                                            8, 0x80, 11, 0x80, 0x80, 0x80, 0x80, 0x80};
  const Sums<kCount> sums;
  const Pairs<kCount> pairs;
  const hn::FixedTag<std::uint8_t, 4 * kCount> bytes;
  const auto first_two = hn::LoadDup128(Bytes<kCount>(), kFirstTwo);
  const auto last_two = hn::LoadDup128(Bytes<kCount>(), kLastTwo);
  const auto zero = hn::Zero(sums);
  const auto half = hn::Set(sums, 1 << (kWeightBits - 1));
  const std::size_t outputs = filter.first.size();
  const std::size_t groups = filter.groups;
  const int* const first = filter.first.data();
  const std::int16_t* halves = filter.halves.data();
  for (std::size_t i = 0; i < outputs; ++i) {
    const std::uint8_t* pixels = rows + std::size_t{3} * static_cast<std::size_t>(first[i]);
    PairSums<kCount> high{zero, zero};
    PairSums<kCount> low{half, zero};
    // A level is below 2^8 and a half below 2^12: sums stay far from 2^31.
    for (std::size_t group = 0; group < groups; ++group) {
      const auto levels = load_rows<kCount>(pixels, stride);
      const auto first_levels = hn::BitCast(pairs, hn::TableLookupBytesOr0(levels, first_two));
      const auto last_levels = hn::BitCast(pairs, hn::TableLookupBytesOr0(levels, last_two));
      high.add(first_levels, halves);
      high.add(last_levels, halves + 8);
      low.add(first_levels, halves + 16);
      low.add(last_levels, halves + 24);
      pixels += 3 * kTapsOfGroup;
      halves += kHalvesOfGroup;
    }
    const auto sum = hn::Add(hn::ShiftLeft<kLowBits>(high.sums()), low.sums());
    alignas(16) std::uint8_t levels[4 * kCount];
    hn::Store(hn::DemoteTo(bytes, hn::ShiftRight<kWeightBits>(sum)), bytes, levels);
    for (std::size_t row = 0; row < kCount; ++row) {
      std::memcpy(out + row * out_stride + 3 * i, levels + 4 * row, 4);
    }
  }
}

void ResampleRows(const PixelRows& rows, const AxisFilter& filter, std::uint8_t* out,
                  std::size_t out_stride) {
  std::size_t row = 0;
  const auto readable = [&rows, &filter](std::size_t last) {
    return last < rows.count && last * rows.stride + filter.reach <= rows.readable;
  };
  for (; readable(row + kRows - 1); row += kRows) {
    resample_rows_together<kRows>(rows.begin + row * rows.stride, rows.stride, filter, out + row * out_stride,
                                  out_stride);
  }
  for (; readable(row); ++row) {
    resample_rows_together<1>(rows.begin + row * rows.stride, rows.stride, filter, out + row * out_stride,
                              out_stride);
  }
  for (; row < rows.count; ++row) {
    plain::resample_row(rows.begin + row * rows.stride, filter, out + row * out_stride);
  }
}

void BlendRows(const std::uint8_t* rows, std::size_t stride, std::span<const std::int32_t> weights,
               std::span<std::uint8_t> out) {
  const hn::ScalableTag<std::int32_t> d32;
  const hn::Rebind<std::uint8_t, decltype(d32)> d8;
  const std::size_t lanes = hn::Lanes(d32);
  const auto half = hn::Set(d32, 1 << (kWeightBits - 1));
  std::size_t x = 0;
  for (; x + 2 * lanes <= out.size(); x += 2 * lanes) {
    auto first = half;
    auto second = half;
    const std::uint8_t* from = rows + x;
    for (const std::int32_t weight : weights) {
      const auto factor = hn::Set(d32, weight);
      first = hn::Add(first, hn::Mul(hn::PromoteTo(d32, hn::LoadU(d8, from)), factor));
      second = hn::Add(second, hn::Mul(hn::PromoteTo(d32, hn::LoadU(d8, from + lanes)), factor));
      from += stride;
    }
    hn::StoreU(hn::DemoteTo(d8, hn::ShiftRight<kWeightBits>(first)), d8, out.data() + x);
    hn::StoreU(hn::DemoteTo(d8, hn::ShiftRight<kWeightBits>(second)), d8, out.data() + x + lanes);
  }
  plain::blend_rows(rows, stride, weights, x, out);
}

void ScaleLevels(std::span<const std::uint8_t> pixels, std::span<const float, 3> scale,
                 std::span<const float, 3> shift, std::span<float> out) {
  const hn::ScalableTag<float> df;
  const hn::Rebind<std::int32_t, decltype(df)> d32;
  const hn::Rebind<std::uint8_t, decltype(df)> d8;
  const std::size_t lanes = hn::Lanes(df);
  // Three vectors hold whole pixels, so what each lane of them is multiplied by never changes.
  std::array<float, 3 * HWY_MAX_BYTES / sizeof(float)> scales;
  std::array<float, 3 * HWY_MAX_BYTES / sizeof(float)> shifts;
  for (std::size_t lane = 0; lane < 3 * lanes; ++lane) {
    scales[lane] = scale[lane % 3];
    shifts[lane] = shift[lane % 3];
  }
  const auto store = [&](const auto& factor, const auto& summand, std::size_t i) {
    const auto value = hn::ConvertTo(df, hn::PromoteTo(d32, hn::LoadU(d8, pixels.data() + i)));
    hn::StoreU(hn::Add(hn::Mul(value, factor), summand), df, out.data() + i);
  };
  const auto scale0 = hn::LoadU(df, scales.data());
  const auto scale1 = hn::LoadU(df, scales.data() + lanes);
  const auto scale2 = hn::LoadU(df, scales.data() + 2 * lanes);
  const auto shift0 = hn::LoadU(df, shifts.data());
  const auto shift1 = hn::LoadU(df, shifts.data() + lanes);
  const auto shift2 = hn::LoadU(df, shifts.data() + 2 * lanes);
  std::size_t i = 0;
  for (; i + 3 * lanes <= pixels.size(); i += 3 * lanes) {
    store(scale0, shift0, i);
    store(scale1, shift1, i + lanes);
    store(scale2, shift2, i + 2 * lanes);
  }
  plain::scale_levels(pixels, scale, shift, i, out);
}

#endif

}  // namespace ltr::image::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ltr::image {

HWY_EXPORT(ResampleRows);
HWY_EXPORT(BlendRows);
HWY_EXPORT(ScaleLevels);

void resample_rows(const PixelRows& rows, const AxisFilter& filter, std::uint8_t* out,
                   std::size_t out_stride) {
  HWY_DYNAMIC_DISPATCH(ResampleRows)(rows, filter, out, out_stride);
}

void blend_rows(const std::uint8_t* rows, std::size_t stride, std::span<const std::int32_t> weights,
                std::span<std::uint8_t> out) {
  HWY_DYNAMIC_DISPATCH(BlendRows)(rows, stride, weights, out);
}

void scale_levels(std::span<const std::uint8_t> pixels, std::span<const float, 3> scale,
                  std::span<const float, 3> shift, std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(ScaleLevels)(pixels, scale, shift, out);
}

void split_weights(AxisFilter& filter) {
  const std::size_t outputs = filter.first.size();
  const auto taps = static_cast<std::size_t>(std::ranges::max(filter.count));
  filter.groups = (taps + kTapsOfGroup - 1) / kTapsOfGroup;
  const auto furthest = static_cast<std::size_t>(std::ranges::max(filter.first));
  constexpr std::size_t kBytesOfALoad = 16;
  filter.reach = 3 * (furthest + (filter.groups - 1) * kTapsOfGroup) + kBytesOfALoad;
  filter.halves.assign(outputs * filter.groups * kHalvesOfGroup, 0);
  for (std::size_t i = 0; i < outputs; ++i) {
    for (std::size_t tap = 0; tap < static_cast<std::size_t>(filter.count[i]); ++tap) {
      const std::int32_t weight = filter.weights[i * static_cast<std::size_t>(filter.taps) + tap];
      // Two taps beside each other for red, green and blue, then the next two; then the low halves likewise.
      std::int16_t* const place = &filter.halves[(i * filter.groups + tap / kTapsOfGroup) * kHalvesOfGroup +
                                                 tap % kTapsOfGroup / 2 * 8 + tap % 2];
      for (std::size_t channel = 0; channel < 3; ++channel) {
        place[2 * channel] = static_cast<std::int16_t>(weight >> kLowBits);
        place[2 * channel + 16] = static_cast<std::int16_t>(weight & ((1 << kLowBits) - 1));
      }
    }
  }
}

namespace plain {
namespace {
constexpr std::int32_t kHalf = 1 << (kWeightBits - 1);
}

void resample_row(const std::uint8_t* row, const AxisFilter& filter, std::uint8_t* out) {
  const std::int32_t* weights = filter.weights.data();
  for (std::size_t i = 0; i < filter.first.size(); ++i, weights += filter.taps, out += 3) {
    for (std::size_t channel = 0; channel < 3; ++channel) {
      const std::uint8_t* level = row + std::size_t{3} * static_cast<std::size_t>(filter.first[i]) + channel;
      std::int32_t sum = kHalf;
      for (int tap = 0; tap < filter.count[i]; ++tap, level += 3) sum += *level * weights[tap];
      out[channel] = static_cast<std::uint8_t>(sum >> kWeightBits);
    }
  }
}

void blend_rows(const std::uint8_t* rows, std::size_t stride, std::span<const std::int32_t> weights,
                std::size_t begin, std::span<std::uint8_t> out) {
  for (std::size_t x = begin; x < out.size(); ++x) {
    std::int32_t sum = kHalf;
    const std::uint8_t* level = rows + x;
    for (const std::int32_t weight : weights) {
      sum += *level * weight;
      level += stride;
    }
    out[x] = static_cast<std::uint8_t>(sum >> kWeightBits);
  }
}

void scale_levels(std::span<const std::uint8_t> pixels, std::span<const float, 3> scale,
                  std::span<const float, 3> shift, std::size_t begin, std::span<float> out) {
  for (std::size_t i = begin; i < pixels.size(); ++i) {
    out[i] = static_cast<float>(pixels[i]) * scale[i % 3] + shift[i % 3];
  }
}

}  // namespace plain
}  // namespace ltr::image
#endif  // HWY_ONCE
