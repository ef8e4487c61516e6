// SPDX-License-Identifier: Apache-2.0
#include "metric/accuracy.hpp"

#include <numeric>

#include "base/check.hpp"

namespace ltr::metric {
namespace {
/// The mean of class accuracies, which are added one by one.
struct ClassMean {
  double sum = 0;
  std::int64_t classes = 0;

  void add(double percent) {
    sum += percent;
    ++classes;
  }
  [[nodiscard]] std::optional<double> value() const {
    return classes == 0 ? std::nullopt : std::optional(sum / static_cast<double>(classes));
  }
};

double percent(std::int64_t correct, std::int64_t total) {
  return 100.0 * static_cast<double>(correct) / static_cast<double>(total);
}

std::int64_t images(const Counts& counts) {
  return std::accumulate(counts.total.begin(), counts.total.end(), std::int64_t{0});
}
}  // namespace

GroupAccuracy group_accuracy(const Counts& counts, std::span<const Shot> shots) {
  LTR_EXPECT(counts.total.size() == shots.size() && counts.correct.size() == shots.size());
  ClassMean many;
  ClassMean medium;
  ClassMean few;
  ClassMean balanced;
  for (std::size_t k = 0; k < shots.size(); ++k) {
    if (counts.total[k] == 0) continue;
    const double accuracy = percent(counts.correct[k], counts.total[k]);
    (shots[k] == Shot::many ? many : shots[k] == Shot::medium ? medium : few).add(accuracy);
    balanced.add(accuracy);
  }
  const bool empty = balanced.classes == 0;
  return {.many = many.value(),
          .medium = medium.value(),
          .few = few.value(),
          .all = empty ? std::nullopt : std::optional(top1_percent(counts)),
          .balanced = balanced.value()};
}

double top1_percent(const Counts& counts) {
  const std::int64_t total = images(counts);
  const std::int64_t correct = std::accumulate(counts.correct.begin(), counts.correct.end(), std::int64_t{0});
  return total == 0 ? 0.0 : percent(correct, total);
}

}  // namespace ltr::metric
