// SPDX-License-Identifier: Apache-2.0
// A whole report, from the record's file to the table's text: 200 cells of 8142 classes, as ten seeds of the
// full grid on iNaturalist 2018 leave behind.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include "base/format.hpp"
#include "base/random.hpp"
#include "config/plan.hpp"
#include "config/toml.hpp"
#include "record/record.hpp"
#include "render/report.hpp"

namespace {
using ltr::base::CounterRandom;
using ltr::base::Stream;

constexpr std::int64_t kClasses = 8142;
constexpr std::int64_t kLargest = 1000;
constexpr std::int64_t kEpochs = 90;
constexpr std::int64_t kTestImagesPerClass = 3;
constexpr std::size_t kCells = 200;

ltr::metric::Counts counts(CounterRandom random) {
  ltr::metric::Counts counts;
  for (std::int64_t k = 0; k < kClasses; ++k) {
    counts.total.push_back(kTestImagesPerClass);
    counts.correct.push_back(static_cast<std::int64_t>(random.below(kTestImagesPerClass + 1)));
    counts.correct_top5.push_back(kTestImagesPerClass);
  }
  return counts;
}

ltr::record::TrainingRecord training() {
  ltr::record::TrainingRecord training;
  for (std::int64_t epoch = 0; epoch < kEpochs; ++epoch) {
    training.epochs.push_back({.epoch = epoch, .train_loss = 1.0 / static_cast<double>(epoch + 1)});
  }
  training.best_epoch = kEpochs - 1;
  training.class_weights.assign(kClasses, 1.0 / kClasses);
  training.draws_made.assign(kClasses, kEpochs);
  training.weights_digest = std::string(64, 'a');
  return training;
}

ltr::record::RunRecord sample() {
  ltr::config::Configuration configuration;
  configuration.run.output = "run.h5";
  configuration.run.seeds = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  configuration.data.train = "train.h5";
  configuration.data.test = "test.h5";
  configuration.model.backbone = ltr::config::BackboneKind::resnet50;
  ltr::record::RunRecord run;
  run.configuration = ltr::config::to_toml(configuration);
  run.backbone = "resnet50";
  run.data_names = {{"train", "iNaturalist 2018 train"}, {"test", "iNaturalist 2018 validation"}};
  run.data_hashes = {{"train.list", "4accdb7584d2f0a5106c40a33ed6afa392189bcc"},
                     {"test.list", "4c23900857fd0f5adcd4cc0dffef345039eeb05f"}};
  run.test_serves_as_validation = true;
  for (std::int64_t k = 0; k < kClasses; ++k) {
    run.class_names.push_back(ltr::base::format("species {}", k));
    run.class_counts.push_back(2 + kLargest * (kClasses - k) / kClasses);
  }
  const ltr::config::Plan plan = ltr::config::make_plan(configuration);
  for (const ltr::config::PlanNode& node : plan.nodes) run.plan.push_back(node.id);
  for (const ltr::config::PlanCell& planned : plan.cells) {
    ltr::record::CellRecord& cell = run.cells.emplace_back();
    cell.id = planned.id;
    cell.seed = planned.seed;
    cell.sampling = planned.sampling;
    cell.learning = planned.learning;
    cell.training = training();
    cell.validation = counts({run.cells.size(), Stream::test, 0});
    cell.test = counts({run.cells.size(), Stream::test, 1});
    cell.weight_norms.assign(kClasses, 1.0);
  }
  return run;
}

/// The record's file, removed at the end.
class RecordFile {
 public:
  RecordFile()
      : path_(std::filesystem::temp_directory_path() /
              ltr::base::format("ltr_tables_bench_{}.h5", static_cast<std::int64_t>(::getpid()))) {
    ltr::record::write_run(sample(), path_);
  }
  ~RecordFile() { std::remove(path_.c_str()); }
  RecordFile(const RecordFile&) = delete;
  RecordFile& operator=(const RecordFile&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

const RecordFile& record_file() {
  static const RecordFile file;
  return file;
}

void report(benchmark::State& state, const std::string& table) {
  ltr::render::Request request;
  if (!table.empty()) request.tables = {table};
  const std::filesystem::path& path = record_file().path();
  std::string text;
  for (auto _ : state) {
    ltr::record::RunRecord run = ltr::record::read_run(path);
    if (run.cells.size() != kCells) return state.SkipWithError("the record lost cells");
    text = ltr::render::print(ltr::report::Results({std::move(run)}), request);
  }
  if (text.find("tau_normalized") == std::string::npos) state.SkipWithError("the table lost a strategy");
  state.counters["file_bytes"] = static_cast<double>(std::filesystem::file_size(path));
}
}  // namespace

BENCHMARK_CAPTURE(report, default_tables, "")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(report, shifted, "shifted")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(report, classes, "classes")->Unit(benchmark::kMillisecond);
BENCHMARK_MAIN();
