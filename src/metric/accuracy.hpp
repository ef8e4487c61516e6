// SPDX-License-Identifier: Apache-2.0
// Accuracy from counts: per class, per shot group, overall.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "metric/shots.hpp"

namespace ltr::metric {

/// What an evaluation counts. Integers, so that ranks can add them in any order.
/// Shape: correct, correct_top5, total [K]; confusion [K, K] (row: true class) or empty above 1000 classes.
struct Counts {
  std::vector<std::int64_t> correct;
  std::vector<std::int64_t> correct_top5;
  std::vector<std::int64_t> total;
  std::vector<std::int64_t> confusion;
};

/// Percent; empty where no class of the group has images. A group's accuracy is the mean of its classes'
/// accuracies; `all` is over images (top-1 as the paper's), `balanced` the mean over classes.
/// Paper: section 4.1.
struct GroupAccuracy {
  std::optional<double> many;
  std::optional<double> medium;
  std::optional<double> few;
  std::optional<double> all;
  std::optional<double> balanced;
};

[[nodiscard]] GroupAccuracy group_accuracy(const Counts& counts, std::span<const Shot> shots);

/// correct / total in percent over all images; 0 if there are none.
[[nodiscard]] double top1_percent(const Counts& counts);

}  // namespace ltr::metric
