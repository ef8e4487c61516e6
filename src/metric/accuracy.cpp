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

bool in_group(Shot shot, AccuracyKind kind) {
  switch (kind) {
    case AccuracyKind::many:
      return shot == Shot::many;
    case AccuracyKind::medium:
      return shot == Shot::medium;
    case AccuracyKind::few:
      return shot == Shot::few;
    case AccuracyKind::all:
    case AccuracyKind::balanced:
      break;
  }
  return true;
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

std::vector<double> image_weights(std::span<const std::int64_t> total, std::span<const Shot> shots,
                                  AccuracyKind kind) {
  LTR_EXPECT(total.size() == shots.size());
  std::vector<double> weights(total.size());
  double sum = 0;
  for (std::size_t k = 0; k < total.size(); ++k) {
    if (total[k] == 0 || !in_group(shots[k], kind)) continue;
    const auto images = static_cast<double>(total[k]);
    weights[k] = kind == AccuracyKind::all ? 1 : 1 / images;
    sum += kind == AccuracyKind::all ? images : 1;
  }
  for (double& weight : weights) weight *= sum > 0 ? 100 / sum : 0;
  return weights;
}

std::optional<double> top5_percent(const Counts& counts) {
  const std::int64_t total = images(counts);
  if (total == 0 || counts.correct_top5.size() != counts.total.size()) return std::nullopt;
  return percent(std::accumulate(counts.correct_top5.begin(), counts.correct_top5.end(), std::int64_t{0}),
                 total);
}

double top1_percent(const Counts& counts) {
  const std::int64_t total = images(counts);
  const std::int64_t correct = std::accumulate(counts.correct.begin(), counts.correct.end(), std::int64_t{0});
  return total == 0 ? 0.0 : percent(correct, total);
}

}  // namespace ltr::metric
