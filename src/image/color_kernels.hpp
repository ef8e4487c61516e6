// SPDX-License-Identifier: Apache-2.0
// The inner loops of colour jitter, for the vector instructions of the processor at hand. All targets compute
// the same bits as the plain versions, which say what is meant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace ltr::image {

/// Sum over pixels of ITU-R 601 luma, each rounded to a level. Shape: pixels [N, 3].
[[nodiscard]] std::int64_t sum_of_luma(std::span<const std::uint8_t> pixels);

/// Every value becomes `factor` of itself and the rest of `level`, cut off to a grey level.
void blend_with_level(int level, float factor, std::span<std::uint8_t> values);

/// Every value becomes `factor` of itself and the rest of its pixel's luma. Shape: pixels [N, 3].
void blend_with_luma(float factor, std::span<std::uint8_t> pixels);

/// The truth, and what is left over where vectors do not fit, from value `begin` on.
namespace plain {
[[nodiscard]] std::int64_t sum_of_luma(std::span<const std::uint8_t> pixels, std::size_t begin);
void blend_with_level(int level, float factor, std::size_t begin, std::span<std::uint8_t> values);
void blend_with_luma(float factor, std::size_t begin, std::span<std::uint8_t> pixels);
}  // namespace plain

}  // namespace ltr::image
