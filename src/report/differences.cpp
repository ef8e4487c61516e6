// SPDX-License-Identifier: Apache-2.0
#include "report/differences.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/random.hpp"
#include "report/axis_index.hpp"

namespace ltr::report {
namespace {
constexpr std::size_t kSeedsForDifference = 3;
constexpr double kLevel = 0.05;
constexpr std::size_t kResamples = 1000;

/// Complete cells on one representation, by strategy.
using Strategies = std::map<config::LearningKind, CellList>;

const AccuracyName& accuracy_of(std::string_view name) {
  std::vector<std::string> names;
  for (const AccuracyName& accuracy : accuracy_names()) {
    if (accuracy.name == name) return accuracy;
    names.emplace_back(accuracy.name);
  }
  throw base::ConfigError(
      base::format("--differences {}: no accuracy has this name, so strategies cannot be compared in it; "
                   "choose one of {}",
                   name, base::join(names, ", ")));
}

/// The test set drawn anew, its images right as often as in the mean over seeds: the seeds share its images,
/// so more of them do not make it larger. Every strategy has random numbers of its own.
std::vector<double> resampled(const CellList& cells, metric::AccuracyKind kind) {
  const Cell& first = *cells.front();
  const std::vector<std::int64_t>& total = first.record->test.total;
  const std::vector<double> weights = metric::image_weights(total, first.view->shots, kind);
  std::vector<metric::BootstrapClass> classes(total.size());
  for (std::size_t k = 0; k < total.size(); ++k) {
    std::int64_t correct = 0;
    for (const Cell* cell : cells) correct += cell->record->test.correct[k];
    const double images = static_cast<double>(total[k]) * static_cast<double>(cells.size());
    classes[k] = {.images = weights[k] > 0 ? total[k] : 0,
                  .accuracy = images > 0 ? static_cast<double>(correct) / images : 0,
                  .weight = weights[k]};
  }
  const auto sampling = static_cast<std::uint64_t>(first.key.sampling);
  const auto learning = static_cast<std::uint64_t>(first.key.learning);
  return metric::bootstrap_sums(classes, kResamples, {0, base::Stream::test_set, sampling, learning});
}

/// The cells of `a` and `b` with the same seeds, in the same order. Both are in the order of their seeds.
std::pair<CellList, CellList> paired(const CellList& a, const CellList& b) {
  std::pair<CellList, CellList> pairs;
  for (const Cell* one : a) {
    const auto seed_of = [](const Cell* cell) { return cell->key.seed; };
    const auto other = std::ranges::lower_bound(b, one->key.seed, {}, seed_of);
    if (other == b.end() || (*other)->key.seed != one->key.seed) continue;
    pairs.first.push_back(one);
    pairs.second.push_back(*other);
  }
  return pairs;
}

/// Empty if no seed has both.
std::optional<Difference> difference_of(const CellList& strategy, const CellList& baseline,
                                        const AccuracyName& accuracy) {
  const auto [ours, theirs] = paired(strategy, baseline);
  Difference difference;
  std::vector<double> points;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const std::optional<double> a = ours[i]->accuracy.*accuracy.member;
    const std::optional<double> b = theirs[i]->accuracy.*accuracy.member;
    if (!a || !b) continue;
    points.push_back(*a - *b);
    difference.cells.push_back(ours[i]);
  }
  if (points.empty()) return std::nullopt;
  difference.pair = base::format("{} - {}", config::name_of(ours.front()->key.learning),
                                 config::name_of(theirs.front()->key.learning));
  difference.remark = remark_of(*ours.front());
  if (difference.remark.empty()) difference.remark = remark_of(*theirs.front());
  difference.by_seed = metric::summarise(points);
  if (points.size() < kSeedsForDifference) return difference;
  std::vector<double> drawn = resampled(ours, accuracy.kind);
  const std::vector<double> other = resampled(theirs, accuracy.kind);
  std::ranges::transform(drawn, other, drawn.begin(), std::minus());
  difference.test_set = metric::middle_95(std::move(drawn));
  return difference;
}

/// Corrects for the number of differences that have seeds enough, and concludes.
void conclude(std::vector<Difference>& differences, double band) {
  std::vector<double> probabilities;
  std::vector<Difference*> judged;
  for (Difference& difference : differences) {
    if (difference.by_seed.n < kSeedsForDifference) continue;
    judged.push_back(&difference);
    probabilities.push_back(*metric::two_sided_probability(difference.by_seed));
  }
  const std::vector<double> corrected = metric::holm_corrected(probabilities);
  for (std::size_t i = 0; i < judged.size(); ++i) {
    judged[i]->probability = corrected[i];
    judged[i]->shown = corrected[i] < kLevel && std::abs(judged[i]->by_seed.mean) > band;
  }
}
}  // namespace

void add_differences(Table& table, const TableKind& kind, const ResultSet& set, const TableOptions& options) {
  const AccuracyName& accuracy = accuracy_of(options.difference_of.value_or("all"));
  std::vector<Axis> axes;
  for (const Axis axis : {Axis::dataset, Axis::backbone, Axis::epochs}) {
    if (kind.has(axis)) axes.push_back(axis);
  }
  axes.push_back(Axis::sampling);
  AxisIndex index(axes, AxisIndex::By::first);
  for (const Cell* cell : set.cells) {
    if (cell->complete()) index.add(coordinates_of(*cell, options.by));
  }
  index.arrange();
  std::vector<Strategies> strategies(index.size());
  for (const Cell* cell : set.cells) {
    if (!cell->complete()) continue;
    strategies[index.find(coordinates_of(*cell, options.by))][cell->key.learning].push_back(cell);
  }
  for (std::size_t i = 0; i < strategies.size(); ++i) {
    const auto baseline = options.against ? strategies[i].find(*options.against) : strategies[i].begin();
    if (baseline == strategies[i].end()) continue;
    for (const auto& [learning, ours] : strategies[i]) {
      if (learning == baseline->first) continue;
      std::optional<Difference> difference = difference_of(ours, baseline->second, accuracy);
      if (!difference) continue;
      difference->labels = index.labels()[i];
      table.differences.push_back(std::move(*difference));
    }
  }
  if (table.differences.empty()) {
    if (options.against) {
      table.notes.push_back(base::format(
          "--against {}: no seed has a complete cell of it and of another strategy, so nothing is compared",
          config::name_of(*options.against)));
    }
    return;
  }
  conclude(table.differences, options.band);
  table.difference_names = options.by;
  for (const Axis axis : axes) table.difference_names.emplace_back(name_of(axis));
  table.difference_names.emplace_back("strategies");
  table.difference_title = base::format(
      "differences in top-1 ({}), points, mean over the same seeds: shown if p, Holm-corrected over this "
      "table, is below {} and the mean more than {} from 0; test set: 95 % of test sets drawn anew within "
      "class",
      accuracy.name, kLevel, options.band);
}

}  // namespace ltr::report
