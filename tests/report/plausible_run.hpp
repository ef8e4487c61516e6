// SPDX-License-Identifier: Apache-2.0
// A whole grid of any number of classes with plausible numbers, for figures and pages.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>

#include "base/format.hpp"
#include "config/plan.hpp"
#include "config/toml.hpp"
#include "record/record.hpp"

namespace ltr::record {

struct PlausibleRun {
  std::size_t classes = 10;
  std::uint64_t seed = 0;
  int ranks = 2;
  std::int64_t epochs = 12;
};

/// A number in 0..1 that looks random and is always the same.
inline double wiggle(std::size_t a, std::size_t b) {
  const double x = std::sin(static_cast<double>(a * 131 + b * 977 + 1)) * 43758.5453;
  return x - std::floor(x);
}

inline TrainingRecord plausible_training(const RunRecord& run, const PlausibleRun& options,
                                         config::SamplingKind sampling, std::int64_t epochs) {
  TrainingRecord training;
  const auto kind = static_cast<std::size_t>(sampling);
  for (std::int64_t epoch = 0; epoch < epochs; ++epoch) {
    const double done = static_cast<double>(epoch + 1) / static_cast<double>(epochs);
    const double rate = 300.0 * options.ranks / (1 + 0.05 * options.ranks);
    training.epochs.push_back({.epoch = epoch,
                               .train_loss = 3.0 - 2.2 * done + 0.1 * wiggle(kind, options.seed),
                               .learning_rate = 0.1 * (1 - done),
                               .validation_top1_percent = 20 + (25 + 4 * static_cast<double>(kind)) * done,
                               .images_per_s = rate,
                               .step_s = 2000 / rate,
                               .wait_s = 100 / rate,
                               .exchange_s = 150 / rate,
                               .evaluation_s = 300 / rate});
  }
  training.best_epoch = epochs - 1;
  constexpr std::array<double, 4> kPowers{1, 0, 0.5, 0.25};
  for (const std::int64_t count : run.class_counts) {
    const double weight = std::pow(static_cast<double>(count), kPowers[kind % kPowers.size()]);
    training.draws_made.push_back(std::llround(1000 * weight));
    training.class_weights.push_back(sampling == config::SamplingKind::progressively_balanced ? 1 : weight);
  }
  const double sum = std::accumulate(training.class_weights.begin(), training.class_weights.end(), 0.0);
  for (double& weight : training.class_weights) weight /= sum;
  training.weights_digest = base::format("{:0>64}", kind);
  return training;
}

/// Bins in which all test images are, right as often as in the counts, and the surer the more often.
inline Calibration plausible_calibration(const metric::Counts& test) {
  constexpr int kBins = 15;
  constexpr int kEmpty = 2;
  const std::int64_t images = std::accumulate(test.total.begin(), test.total.end(), std::int64_t{0});
  const double right = metric::top1_percent(test) / 100;
  Calibration calibration;
  double mean = 0;
  for (int bin = 0; bin < kBins; ++bin) {
    const double confidence = (bin + 0.5) / kBins;
    const std::int64_t each = images / (kBins - kEmpty);
    calibration.images.push_back(bin < kEmpty      ? 0
                                 : bin < kBins - 1 ? each
                                                   : images - each * (kBins - kEmpty - 1));
    calibration.mean_confidence.push_back(confidence);
    mean += confidence * static_cast<double>(calibration.images.back()) / static_cast<double>(images);
  }
  for (const double confidence : calibration.mean_confidence) {
    calibration.accuracy.push_back(
        std::clamp(right + (confidence - mean) * std::min(right, 1 - right), 0.0, 1.0));
  }
  calibration.expected_calibration_error = 0.1;
  return calibration;
}

/// A sweep whose chosen tau has the cell's own accuracies.
inline TauSweep plausible_sweep(const CellRecord& cell) {
  TauSweep sweep;
  sweep.chosen = 0.1 * static_cast<double>(10 + cell.seed % 10);
  for (int i = 0; i <= 20; ++i) {
    const double tau = 0.1 * i;
    const double away = std::abs(tau - sweep.chosen);
    sweep.tau.push_back(tau);
    sweep.validation_percent.push_back(std::max(0.0, metric::top1_percent(cell.validation) - 5 * away));
    sweep.test_many_percent.push_back(65 - 10 * tau * tau);
    sweep.test_medium_percent.push_back(40 + 8 * tau - 3 * tau * tau);
    sweep.test_few_percent.push_back(10 + 15 * tau);
    sweep.test_all_percent.push_back(std::max(0.0, metric::top1_percent(cell.test) - 8 * away * away));
  }
  return sweep;
}

inline CellRecord plausible_cell(const RunRecord& run, const PlausibleRun& options,
                                 config::SamplingKind sampling, config::LearningKind learning) {
  CellRecord cell;
  cell.seed = options.seed;
  cell.sampling = sampling;
  cell.learning = learning;
  cell.stage_1 = base::format("seed_{}.{}.stage_1", cell.seed, config::name_of(sampling));
  cell.id = base::format("seed_{}.{}.{}", cell.seed, config::name_of(sampling), config::name_of(learning));
  const auto kind = static_cast<std::size_t>(learning);
  const bool trains = learning == config::LearningKind::crt || learning == config::LearningKind::lws;
  if (trains) cell.training = plausible_training(run, options, sampling, 5);
  cell.training.weights_digest = base::format("{:0>64}", kind);
  const double flatness = 0.2 + 0.15 * static_cast<double>(kind);
  const std::int64_t images = run.class_counts.size() > 1000 ? 3 : 100;
  for (std::size_t k = 0; k < run.class_counts.size(); ++k) {
    const double frequent = std::log(static_cast<double>(run.class_counts[k])) / std::log(1000.0);
    const double right = std::clamp(
        0.8 * frequent * (1 - flatness) + 0.5 * flatness + 0.3 * (wiggle(k, kind + 7 * options.seed) - 0.5),
        0.0, 1.0);
    cell.test.total.push_back(images);
    cell.test.correct.push_back(std::llround(right * static_cast<double>(images)));
    cell.test.correct_top5.push_back(images);
    if (learning == config::LearningKind::ncm) continue;
    cell.weight_norms.push_back(0.5 + (1 - flatness) * frequent + 0.2 * wiggle(k, kind));
  }
  cell.validation = cell.test;
  cell.calibration = plausible_calibration(cell.test);
  if (learning == config::LearningKind::tau_normalized) cell.tau = plausible_sweep(cell);
  return cell;
}

/// Every sampling with every strategy that the paper names.
inline RunRecord plausible_run(const PlausibleRun& options) {
  using config::LearningKind;
  using config::SamplingKind;
  config::Configuration configuration;
  configuration.run.output = base::format("results/plausible_{}.h5", options.seed);
  configuration.run.seeds = {options.seed};
  configuration.data.train = "train.h5";
  configuration.model.backbone = config::BackboneKind::resnet20;
  configuration.data.test = "test.h5";
  RunRecord run;
  run.configuration = config::to_toml(configuration);
  for (const config::PlanNode& node : config::make_plan(configuration).nodes) run.plan.push_back(node.id);
  run.environment = {{"torch", "2.11.0"}, {"ranks", std::to_string(options.ranks)}, {"hosts", "a<b>&'c'"}};
  run.backbone = "resnet20";
  // What a shell, gnuplot or a browser could take for more than a name.
  run.data_names = {{"train", "plausible `x` \"y\" 'z' %d <b>&amp; \\n @a"}, {"test", "test"}};
  run.data_hashes = {{"train.list", "aa11"}};
  for (std::size_t k = 0; k < options.classes; ++k) {
    run.class_names.push_back(base::format("class {} `x` %d <b>", k));
    // In no order of their own.
    const auto place = static_cast<double>((k * 7) % options.classes) / static_cast<double>(options.classes);
    run.class_counts.push_back(std::llround(1000 * std::pow(0.003, place)));
  }
  for (const SamplingKind sampling : configuration.grid.sampling) {
    run.stage_1.push_back({base::format("seed_{}.{}.stage_1", options.seed, config::name_of(sampling)),
                           options.seed,
                           sampling,
                           {},
                           plausible_training(run, options, sampling, options.epochs)});
    for (const LearningKind learning : configuration.grid.learning) {
      run.cells.push_back(plausible_cell(run, options, sampling, learning));
    }
  }
  return run;
}

}  // namespace ltr::record
