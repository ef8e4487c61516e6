// SPDX-License-Identifier: Apache-2.0
// Training images of each class: a published set's, or a tail of a known shape.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace ltr::data {

/// How counts fall from the largest class, j = 0, to the smallest, j = K - 1, with s = j / (K - 1).
enum class TailShape {
  exponential,  ///< largest * imbalance^-s: the profile of CIFAR-LT
  pareto,       ///< largest * (1 + s (imbalance^(1/alpha) - 1))^-alpha: a power law, steeper at its head
  step,         ///< largest, and largest / imbalance for the last `few_share` of the classes
};

struct Tail {
  TailShape shape = TailShape::exponential;
  double imbalance = 100;  ///< largest over smallest class
  double alpha = 6;        ///< of pareto: the smaller, the sooner counts fall
  double few_share = 0.5;  ///< of step
};

/// Rounded down, at least 1, never rising; the last is floor(largest / imbalance). Shape: [K].
/// Throws: ConfigError if classes or largest is below 1 or beyond what a set may have, imbalance is not
/// within 1..largest, alpha is not within 0.1..1000 or few_share is outside 0..1 or leaves one of the two
/// sizes without a class.
[[nodiscard]] std::vector<std::int64_t> tail_counts(std::int32_t classes, std::int64_t largest,
                                                    const Tail& tail);

/// tail_counts of the exponential shape.
[[nodiscard]] std::vector<std::int64_t> exponential_counts(std::int32_t classes, std::int64_t largest,
                                                           double imbalance);

/// One integer a line, in label order. Shape: [K].
/// Throws: DataError naming file:line if one is no integer from 1 on, or classes or images together are
/// beyond what a set may have; or if the file is empty.
[[nodiscard]] std::vector<std::int64_t> read_class_counts(const std::filesystem::path& path);

}  // namespace ltr::data
