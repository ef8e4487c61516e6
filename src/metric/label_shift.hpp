// SPDX-License-Identifier: Apache-2.0
// Accuracy under test distributions other than the test set's own, by weighting its classes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "metric/accuracy.hpp"

namespace ltr::metric {

/// forward: the test distribution falls from frequent to rare classes, as training's does; backward: it
/// rises.
enum class ShiftDirection { forward, backward };

/// Classes from the most training images to the fewest; of equal ones the first first.
/// Shape: training counts [K] -> [K].
[[nodiscard]] std::vector<std::size_t> classes_by_count(std::span<const std::int64_t> class_counts);

/// Top-1 in percent if class number r of `order` had images in proportion to ratio^(-r / (K - 1)), backward
/// to ratio^(-(K - 1 - r) / (K - 1)); ratio 1 is the mean over classes. Classes without test images are left
/// out; empty if there are no others. Shape: order [K]. Paper: none; Hong et al., Disentangling Label
/// Distribution (CVPR 2021), section 4.3.
[[nodiscard]] std::optional<double> shifted_accuracy(const Counts& counts, std::span<const std::size_t> order,
                                                     double ratio, ShiftDirection direction);

}  // namespace ltr::metric
