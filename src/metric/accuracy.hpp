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

/// A column of accuracies, as the members of GroupAccuracy.
enum class AccuracyKind { many, medium, few, all, balanced };

/// What one right image of each class adds to an accuracy, in percent: the accuracy is the sum over classes
/// of weight times correct. 0 for classes that are not in it. Shape: test images [K], shots [K] -> [K].
[[nodiscard]] std::vector<double> image_weights(std::span<const std::int64_t> total,
                                                std::span<const Shot> shots, AccuracyKind kind);

/// correct_top5 / total in percent over all images; empty if there are none or top-5 was not counted.
[[nodiscard]] std::optional<double> top5_percent(const Counts& counts);

/// correct / total in percent over all images; 0 if there are none.
[[nodiscard]] double top1_percent(const Counts& counts);

}  // namespace ltr::metric
