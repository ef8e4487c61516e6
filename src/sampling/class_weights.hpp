// SPDX-License-Identifier: Apache-2.0
// How much each class counts in an epoch, in integers, so that every machine agrees (paper: section 3).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "config/enums.hpp"

namespace ltr::sampling {

/// Class weights w_j of `epoch` (0..epochs-1): instance-balanced n_j; class-balanced 1; square-root
/// round(2^32 sqrt n_j); progressively-balanced (T-1-e) K n_j + e N, which moves from the first to the
/// second; reversed round(2^61 / K / n_j). A single progressively-balanced epoch is instance-balanced. Shape:
/// class_counts [K] -> [K], each
/// >= 1, their sum below 2^62. Throws: DataError if there is no class or a class has no image; ConfigError if
/// the epoch is not one of 0..epochs-1 or the weights are too large to add. Paper: section 3, equations 1 and
/// 2; lambda is e / (T-1) as in the authors' code.
[[nodiscard]] std::vector<std::uint64_t> class_weights(config::SamplingKind kind,
                                                       std::span<const std::int64_t> class_counts,
                                                       std::int64_t epoch, std::int64_t epochs);

/// Probability of drawing each class: its weight over the sum of all.
/// Shape: class_counts [K] -> [K], summing to 1 within 1e-12.
/// Throws: as class_weights.
[[nodiscard]] std::vector<double> class_probabilities(config::SamplingKind kind,
                                                      std::span<const std::int64_t> class_counts,
                                                      std::int64_t epoch, std::int64_t epochs);

}  // namespace ltr::sampling
