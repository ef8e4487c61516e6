// SPDX-License-Identifier: Apache-2.0
#include "metric/label_shift.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "base/check.hpp"

namespace ltr::metric {

std::vector<std::size_t> classes_by_count(std::span<const std::int64_t> class_counts) {
  std::vector<std::size_t> order(class_counts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater(), [&](std::size_t k) { return class_counts[k]; });
  return order;
}

std::optional<double> shifted_accuracy(const Counts& counts, std::span<const std::size_t> order, double ratio,
                                       ShiftDirection direction) {
  LTR_EXPECT(counts.total.size() == order.size() && counts.correct.size() == order.size() && ratio >= 1);
  const double last = std::max(1.0, static_cast<double>(order.size()) - 1);
  double weights = 0;
  double accuracy = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const std::int64_t total = counts.total[order[rank]];
    if (total == 0) continue;
    const double place = static_cast<double>(rank) / last;
    const double weight = std::pow(ratio, direction == ShiftDirection::forward ? -place : place - 1);
    weights += weight;
    accuracy += weight * static_cast<double>(counts.correct[order[rank]]) / static_cast<double>(total);
  }
  return weights > 0 ? std::optional(100 * accuracy / weights) : std::nullopt;
}

}  // namespace ltr::metric
