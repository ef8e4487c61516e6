// SPDX-License-Identifier: Apache-2.0
// A small run with every field set to something of its own, for the tests of record and report.
#pragma once

#include <numeric>
#include <string>
#include <vector>

#include "base/format.hpp"
#include "config/toml.hpp"
#include "record/record.hpp"

namespace ltr::record {

inline TrainingRecord sample_training(double first) {
  TrainingRecord training;
  for (std::int64_t epoch = 0; epoch < 3; ++epoch) {
    const double x = first + static_cast<double>(epoch);
    training.epochs.push_back({epoch, x + 0.1, x + 0.2, x + 0.3, x + 0.4, x + 0.5, x + 0.6, x + 0.7, x + 0.8,
                               x + 0.9, x + 0.95, x + 0.99});
  }
  training.best_epoch = 2;
  training.class_weights = {0.5, 0.25, 0.125, 0.125};
  training.draws_made = {40, 20, 10, 10};
  training.draws_digest = base::format("draws{}", first);
  training.weights_digest = base::format("weights{}", first);
  training.state_digest = base::format("state{}", first);
  return training;
}

inline metric::Counts sample_counts(std::vector<std::int64_t> correct) {
  metric::Counts counts;
  counts.total = std::vector<std::int64_t>(correct.size(), 10);
  counts.confusion.assign(correct.size() * correct.size(), 0);
  for (std::size_t k = 0; k < correct.size(); ++k) {
    counts.correct_top5.push_back(correct[k] + 1);
    counts.confusion[k * correct.size() + k] = correct[k];
    counts.confusion[k * correct.size() + (k + 1) % correct.size()] = 10 - correct[k];
  }
  counts.correct = std::move(correct);
  return counts;
}

inline CellRecord sample_cell(std::uint64_t seed, config::SamplingKind sampling,
                              config::LearningKind learning, std::vector<std::int64_t> correct) {
  CellRecord cell;
  cell.seed = seed;
  cell.sampling = sampling;
  cell.learning = learning;
  cell.stage_1 = base::format("seed_{}.{}.stage_1", seed, config::name_of(sampling));
  cell.id = base::format("seed_{}.{}.{}", seed, config::name_of(sampling), config::name_of(learning));
  cell.training = sample_training(static_cast<double>(seed) + 10);
  cell.validation = sample_counts({9, 8, 7, 6});
  cell.test = sample_counts(std::move(correct));
  cell.weight_norms = {1.5, 1.25, 1.0, 0.75};
  if (learning == config::LearningKind::tau_normalized) {
    const double test = metric::top1_percent(cell.test);
    cell.tau = {{0, 0.5, 1}, {50, 75, 55}, {90, 80, 70}, {40, 50, 60}, {10, 20, 30}, {45, test, 50}, 0.5};
  }
  const double right = static_cast<double>(std::reduce(cell.test.correct.begin(), cell.test.correct.end()));
  cell.calibration = {{3, 0, 37}, {0.25, 0, 0.875}, {0, 0, right / 37}, 0.1125};
  return cell;
}

inline config::Configuration sample_configuration(std::uint64_t seed) {
  config::Configuration configuration;
  configuration.run.output = "results/sample.h5";
  configuration.run.seeds = {seed};
  configuration.model.backbone = config::BackboneKind::resnet20;
  configuration.data.train = "train.h5";
  configuration.data.test = "test.h5";
  configuration.grid.sampling = {config::SamplingKind::instance_balanced};
  configuration.grid.learning = {config::LearningKind::joint, config::LearningKind::tau_normalized};
  return configuration;
}

/// Four classes (many, many, medium, few), one seed: joint and tau_normalized on instance-balanced features.
inline RunRecord sample_run(std::uint64_t seed = 0) {
  using config::LearningKind;
  using config::SamplingKind;
  RunRecord run;
  run.configuration = config::to_toml(sample_configuration(seed));
  run.environment = {{"torch", "2.11.0"}, {"hosts", "node-1,node-2"}, {"git", "0123abcd"}};
  run.backbone = "resnet20";
  run.data_names = {{"train", "sample_train"}, {"test", "sample_test"}};
  run.data_hashes = {{"train.list", "aa11"}, {"train.content", "bb22"}, {"test.content", "cc33"}};
  run.class_names = {"ant", "bee, \"wild\"", "Käfer", "newt"};
  run.class_counts = {500, 101, 20, 19};
  run.shots = {.many_above = 100, .few_below = 20};
  const std::string prefix = base::format("seed_{}.instance_balanced.", seed);
  run.plan = {prefix + "stage_1", prefix + "features"};
  run.stage_1.push_back({prefix + "stage_1",
                         seed,
                         SamplingKind::instance_balanced,
                         {},
                         sample_training(static_cast<double>(seed))});
  run.cells.push_back(
      sample_cell(seed, SamplingKind::instance_balanced, LearningKind::tau_normalized, {8, 6, 6, 4}));
  run.cells.push_back(sample_cell(seed, SamplingKind::instance_balanced, LearningKind::joint, {9, 7, 5, 1}));
  return run;
}

}  // namespace ltr::record
