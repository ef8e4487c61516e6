// SPDX-License-Identifier: Apache-2.0
// Figures of how training went and of how sure its classifiers are.
#include <algorithm>
#include <cmath>
#include <map>

#include "base/format.hpp"
#include "report/figures.hpp"

namespace ltr::report {
namespace {
/// One training loop on one representation, one record a seed.
struct Training {
  std::string_view name;
  Representation representation;
  std::vector<const record::TrainingRecord*> seeds;
};

/// The mean over seeds by epoch; epochs without a number are left out.
Series curve(const Training& training, double record::EpochRow::* member) {
  std::map<std::int64_t, std::pair<double, double>> sums;
  for (const record::TrainingRecord* seed : training.seeds) {
    for (const record::EpochRow& row : seed->epochs) {
      if (!std::isfinite(row.*member)) continue;
      auto& [sum, n] = sums[row.epoch];
      sum += row.*member;
      ++n;
    }
  }
  Series series = series_of(training.representation);
  for (const auto& [epoch, sum] : sums) {
    series.x.push_back(static_cast<double>(epoch + 1));
    series.y.push_back(sum.first / sum.second);
  }
  return series;
}

/// All stage 1s, then all trainings of one strategy after the other.
std::vector<Training> trainings_of(const ResultSet& set) {
  std::vector<Training> trainings;
  for (const auto& [representation, seeds] : stage_1s_of(set)) {
    Training& training = trainings.emplace_back(Training{"stage 1", representation, {}});
    for (const record::Stage1Record* seed : seeds) training.seeds.push_back(&seed->training);
  }
  std::map<config::LearningKind, std::vector<Training>> by_learning;
  for (const auto& [representation, methods] : representations_of(set)) {
    for (const auto& [method, cells] : methods) {
      Training& training = by_learning[method.learning].emplace_back(
          Training{config::name_of(method.learning), representation, {}});
      for (const Cell* cell : cells) training.seeds.push_back(&cell->record->training);
    }
  }
  for (const auto& [learning, some] : by_learning)
    trainings.insert(trainings.end(), some.begin(), some.end());
  return trainings;
}

/// Whole numbers as ticks, few enough not to touch each other.
std::vector<Tick> whole_ticks(double from, double to) {
  constexpr double kTicks = 8;
  double step = 1;
  for (const double grown : {2.0, 2.5, 2.0}) {
    if ((to - from) / step > kTicks) step *= grown;
  }
  while ((to - from) / step > kTicks) step *= 2;
  std::vector<Tick> ticks;
  for (double at = step > 1 ? std::ceil(from / step) * step : from; at <= to; at += step) {
    ticks.push_back({at, base::format("{:.0f}", at)});
  }
  return ticks;
}

/// Adds a series to the last panel, which is a new one if the last has another title.
void add_to_panel(std::vector<Panel>& panels, const std::string& title, const std::string& y, Series series) {
  if (series.x.empty()) return;
  if (panels.empty() || panels.back().title != title) {
    panels.push_back({.title = title, .x = {.label = "epoch"}, .y = {.label = y}});
  }
  PanelAxis& epochs = panels.back().x;
  epochs.from = std::min(epochs.from.value_or(series.x.front()), series.x.front());
  epochs.to = std::max(epochs.to.value_or(series.x.back()), series.x.back());
  if (epochs.from == epochs.to) epochs.to = *epochs.from + 1;
  epochs.ticks = whole_ticks(*epochs.from, *epochs.to);
  panels.back().series.push_back(std::move(series));
}

/// A bin of fewer images says nothing of the classifier.
constexpr double kLeastImages = 10;

/// Bins of all seeds together. Shape: [bins].
Series reliability(const MethodResults& results) {
  Series series = series_of(results.method.learning);
  std::vector<double> images, confidence, accuracy;
  for (const Cell* cell : results.cells) {
    const record::Calibration& bins = cell->record->calibration;
    images.resize(std::max(images.size(), bins.images.size()));
    confidence.resize(images.size());
    accuracy.resize(images.size());
    const std::size_t whole =
        std::min({bins.images.size(), bins.mean_confidence.size(), bins.accuracy.size()});
    for (std::size_t bin = 0; bin < whole; ++bin) {
      const auto count = static_cast<double>(bins.images[bin]);
      images[bin] += count;
      confidence[bin] += count * bins.mean_confidence[bin];
      accuracy[bin] += count * bins.accuracy[bin];
    }
  }
  for (std::size_t bin = 0; bin < images.size(); ++bin) {
    if (images[bin] < kLeastImages) continue;
    series.x.push_back(100 * confidence[bin] / images[bin]);
    series.y.push_back(100 * accuracy[bin] / images[bin]);
  }
  return series;
}
}  // namespace

Figure learning_curves_figure(const ResultSet& set) {
  Figure figure{.name = "learning_curves",
                .title = base::format("Learning curves: {}", subject_of(set)),
                .caption = "Epochs without validation have no point." + seeds_sentence(set),
                .columns = 2};
  std::vector<Panel> loss;
  std::vector<Panel> validation;
  for (const Training& training : trainings_of(set)) {
    const std::string title(training.name);
    add_to_panel(loss, title, "training loss", curve(training, &record::EpochRow::train_loss));
    add_to_panel(validation, title, "validation accuracy, %",
                 curve(training, &record::EpochRow::validation_top1_percent));
  }
  // Loss to the left, accuracy to the right; a training that was never validated has its loss alone.
  for (Panel& panel : loss) {
    const auto same = std::ranges::find(validation, panel.title, &Panel::title);
    figure.panels.push_back(std::move(panel));
    if (same != validation.end()) figure.panels.push_back(std::move(*same));
  }
  return figure;
}

Figure reliability_figure(const ResultSet& set) {
  Figure figure{.name = "reliability",
                .title = base::format("Reliability on the test set: {}", subject_of(set)),
                .caption =
                    "Test images in bins of the confidence in the predicted class; below the diagonal "
                    "a classifier is surer than it is right. Bins of fewer than 10 images are left out.",
                .columns = 2};
  for (const auto& [representation, methods] : representations_of(set)) {
    Panel panel{.title = base::format("{} features", name_of(representation)),
                .x = {.label = "mean confidence, %", .from = 0, .to = 100},
                .y = {.label = "accuracy, %", .from = 0, .to = 100}};
    panel.series.push_back({.label = "confidence = accuracy",
                            .mark = Mark::line,
                            .style = kReferenceStyle,
                            .x = {0, 100},
                            .y = {0, 100}});
    for (const MethodResults& results : methods) {
      Series series = reliability(results);
      if (!series.x.empty()) panel.series.push_back(std::move(series));
    }
    if (panel.series.size() > 1) figure.panels.push_back(std::move(panel));
  }
  return figure;
}

}  // namespace ltr::report
