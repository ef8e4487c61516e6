// SPDX-License-Identifier: Apache-2.0
// The suite's own GPU kernels, as functors of an index. The host runs the same source, so that tests need no
// GPU. All pointers of a functor are into memory of one device.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "base/host_device.hpp"
#include "device/stream.hpp"
#include "image/color_formula.hpp"

namespace ltr::train {

/// sum += value, whoever else adds at the same time: integers, so that order does not matter.
LTR_HOST_DEVICE inline void add_to(std::int64_t& sum, std::int64_t value) {
#ifdef __CUDA_ARCH__
  atomicAdd(reinterpret_cast<unsigned long long*>(&sum), static_cast<unsigned long long>(value));
#else
  sum += value;
#endif
}

/// Stochastic gradient descent on value i, in torch.optim.SGD's arithmetic and torch's roundings.
struct SgdUpdate {
  /// Values whose decay and rate are the same: 64 bytes.
  static constexpr std::int64_t kValuesOfABlock = 16;
  static constexpr std::uint8_t kDecays = 1;
  static constexpr std::uint8_t kScaled = 2;

  float* values = nullptr;               ///< [n]
  const float* gradients = nullptr;      ///< [n]
  float* momenta = nullptr;              ///< [n]
  const std::uint8_t* blocks = nullptr;  ///< [n / 16], rounded up: kDecays and kScaled, or neither
  float gradient_share = 1;              ///< below 1 where long gradients are shortened
  float weight_decay = 0;
  float momentum = 0;
  bool nesterov = false;
  float step = 0;         ///< minus the learning rate
  float scaled_step = 0;  ///< of values that are scaled

  LTR_HOST_DEVICE void operator()(std::int64_t i) const {
    const std::uint8_t block = blocks[i / kValuesOfABlock];
    const float value = values[i];
    float gradient = gradients[i] * gradient_share;
    if ((block & kDecays) != 0) gradient = fmaf(value, weight_decay, gradient);
    const float fading = momenta[i] * momentum;
    const float moment = fading + gradient;
    momenta[i] = moment;
    const float direction = nesterov ? fmaf(moment, momentum, gradient) : moment;
    values[i] = fmaf(direction, (block & kScaled) != 0 ? scaled_step : step, value);
  }
};

/// Adds feature i of a batch to its class's sum in fixed point.
struct AddToClassSum {
  /// 2^15 in units of 2^-24 leaves room for 2^24 images of a class in 63 bits.
  static constexpr float kLargest = 1 << 15;
  static constexpr double kUnitsOfOne = 1 << 24;

  const float* features = nullptr;       ///< [b, width]
  const std::int64_t* labels = nullptr;  ///< [b]
  std::int64_t width = 0;
  std::int64_t* sums = nullptr;       ///< [K, width], units of 2^-24
  std::int64_t* images = nullptr;     ///< [K]
  std::int64_t* too_large = nullptr;  ///< features left out because they are not finite or above kLargest

  LTR_HOST_DEVICE void operator()(std::int64_t i) const {
    const std::int64_t label = labels[i / width];
    const std::int64_t place = i % width;
    if (place == 0) add_to(images[label], 1);
    if (!(fabsf(features[i]) <= kLargest)) {
      add_to(*too_large, 1);
    } else {
      add_to(sums[label * width + place], llrint(features[i] * kUnitsOfOne));
    }
  }
};

/// image::ColorJitter without std::array, which GPU compilers do not know. A factor of 1 changes nothing.
struct JitterOfImage {
  float factors[3];  ///< brightness, contrast, saturation
  int order[3];
};

/// Applies the first `adjustments` adjustments of a jitter to a pixel; mean_luma is of the image before its
/// contrast is changed.
LTR_HOST_DEVICE inline void adjust(const JitterOfImage& jitter, int adjustments, int mean_luma,
                                   std::uint8_t (&pixel)[3]) {
  for (int a = 0; a < adjustments; ++a) {
    const int adjustment = jitter.order[a];
    const float factor = jitter.factors[adjustment];
    if (factor == 1.0F) continue;
    const int plain = adjustment == 0   ? 0
                      : adjustment == 1 ? mean_luma
                                        : image::luma(pixel[0], pixel[1], pixel[2]);
    for (std::uint8_t& level : pixel) level = image::blend(plain, level, factor);
  }
}

/// Adds the lumas of row i of a batch, as they are before contrast is changed, to its image's sum.
struct LumaOfRow {
  const std::uint8_t* uint8_pixels = nullptr;  ///< [b, size, size, 3]
  const JitterOfImage* jitters = nullptr;      ///< [b]
  std::int64_t size = 0;
  std::int64_t* sums = nullptr;  ///< [b]

  LTR_HOST_DEVICE void operator()(std::int64_t i) const {
    const JitterOfImage jitter = jitters[i / size];
    if (jitter.factors[1] == 1.0F) return;
    int before = 0;
    while (jitter.order[before] != 1) ++before;
    std::int64_t sum = 0;
    const std::uint8_t* row = uint8_pixels + 3 * size * i;
    for (std::int64_t column = 0; column < size; ++column) {
      std::uint8_t pixel[3] = {row[3 * column], row[3 * column + 1], row[3 * column + 2]};
      adjust(jitter, before, 0, pixel);
      sum += image::luma(pixel[0], pixel[1], pixel[2]);
    }
    add_to(sums[i / size], sum);
  }
};

/// The upper half of a float32, rounded to the nearest, ties to even. NaN stays NaN.
LTR_HOST_DEVICE inline std::uint16_t to_bfloat16(float value) {
  union {
    float number;
    std::uint32_t bits;
  } word{value};
  if (value != value) return 0x7fc0;
  return static_cast<std::uint16_t>((word.bits + 0x7fffU + ((word.bits >> 16) & 1U)) >> 16);
}

/// Pixel i of a batch as the network sees it: jittered, then scale level + shift, channels last.
struct NormalizePixel {
  const std::uint8_t* uint8_pixels = nullptr;  ///< [b, pixels, 3]
  const JitterOfImage* jitters = nullptr;      ///< [b]; null: none is to be done
  const std::int64_t* luma_sums = nullptr;     ///< [b], from LumaOfRow
  std::int64_t pixels = 0;                     ///< of an image
  float scale[3] = {};
  float shift[3] = {};
  float* as_float32 = nullptr;           ///< [b, pixels, 3], or
  std::uint16_t* as_bfloat16 = nullptr;  ///< the same

  LTR_HOST_DEVICE void operator()(std::int64_t i) const {
    std::uint8_t pixel[3] = {uint8_pixels[3 * i], uint8_pixels[3 * i + 1], uint8_pixels[3 * i + 2]};
    if (jitters != nullptr) {
      const std::int64_t of_image = i / pixels;
      adjust(jitters[of_image], 3, image::mean_luma(luma_sums[of_image], pixels), pixel);
    }
    LTR_UNROLL
    for (int channel = 0; channel < 3; ++channel) {
      const float value = static_cast<float>(pixel[channel]) * scale[channel] + shift[channel];
      if (as_float32 != nullptr) {
        as_float32[3 * i + channel] = value;
      } else {
        as_bfloat16[3 * i + channel] = to_bfloat16(value);
      }
    }
  }
};

/// Queues functor(i) for i = 0 .. count - 1 on `stream`; on the host: done on return.
void for_each_index(std::int64_t count, const SgdUpdate& functor, const device::Stream& stream);
void for_each_index(std::int64_t count, const AddToClassSum& functor, const device::Stream& stream);
void for_each_index(std::int64_t count, const LumaOfRow& functor, const device::Stream& stream);
void for_each_index(std::int64_t count, const NormalizePixel& functor, const device::Stream& stream);

}  // namespace ltr::train
