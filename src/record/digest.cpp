// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>

#include "base/format.hpp"
#include "base/hash.hpp"
#include "config/toml.hpp"
#include "record/record.hpp"

namespace ltr::record {
namespace {
/// References to `records`, ordered by id.
template <class Record>
std::vector<std::reference_wrapper<const Record>> by_id(const std::vector<Record>& records) {
  std::vector<std::reference_wrapper<const Record>> sorted(records.begin(), records.end());
  std::ranges::sort(sorted, {}, [](const Record& record) { return record.id; });
  return sorted;
}

void add_line(base::Sha256& hash, std::string_view text) {
  hash.add(text);
  hash.add("\n");
}

/// A line of numbers, each with the fewest digits that read back equal.
template <class Value>
void add_numbers(base::Sha256& hash, const std::vector<Value>& values) {
  std::string line;
  for (const Value value : values) line += base::format("{} ", value);
  add_line(hash, line);
}

void add_counts(base::Sha256& hash, const metric::Counts& counts) {
  for (const auto* values : {&counts.correct, &counts.correct_top5, &counts.total, &counts.confusion}) {
    add_numbers(hash, *values);
  }
}

void add_epochs(base::Sha256& hash, const TrainingRecord& training) {
  for (const EpochRow& row : training.epochs) {
    add_numbers(hash, std::vector{static_cast<double>(row.epoch), row.train_loss, row.learning_rate,
                                  row.validation_top1_percent});
  }
  add_line(hash, std::to_string(training.best_epoch));
}

void add_outcome(base::Sha256& hash, const CellRecord& cell) {
  add_numbers(hash, cell.weight_norms);
  const TauSweep& tau = cell.tau;
  for (const auto* values : {&tau.tau, &tau.validation_percent, &tau.test_many_percent,
                             &tau.test_medium_percent, &tau.test_few_percent, &tau.test_all_percent,
                             &cell.calibration.mean_confidence, &cell.calibration.accuracy}) {
    add_numbers(hash, *values);
  }
  add_numbers(hash, cell.calibration.images);
  add_numbers(hash, std::vector{tau.chosen, cell.calibration.expected_calibration_error});
  add_line(hash, cell.error);
}

std::string settings_digest(const RunRecord& run) {
  base::Sha256 hash;
  for (const std::string& line :
       config::settings(config::parse_configuration(run.configuration, "the record's configuration"))) {
    add_line(hash, line);
  }
  for (const std::string& name : run.class_names) add_line(hash, name);
  add_numbers(hash, run.class_counts);
  for (const auto& [name, text] : run.data_names) add_line(hash, name + " " + text);
  for (const auto& [name, text] : run.data_hashes) add_line(hash, name + " " + text);
  return hash.hex();
}

}  // namespace

Digests digests(const RunRecord& run) {
  base::Sha256 plan;
  base::Sha256 draws;
  base::Sha256 weights;
  base::Sha256 state;
  base::Sha256 counts;
  base::Sha256 results;
  for (const std::string& id : run.plan) add_line(plan, id);
  const auto add_training = [&](const std::string& id, const TrainingRecord& training) {
    add_line(draws, id + " " + training.draws_digest);
    add_numbers(draws, training.draws_made);
    add_numbers(draws, training.class_weights);
    add_line(weights, id + " " + training.weights_digest);
    add_line(state, id + " " + training.state_digest);
    add_line(results, id);
    add_epochs(results, training);
  };
  for (const Stage1Record& stage_1 : by_id(run.stage_1)) add_training(stage_1.id, stage_1.training);
  for (const CellRecord& cell : by_id(run.cells)) {
    add_training(cell.id, cell.training);
    add_line(counts, cell.id);
    add_counts(counts, cell.validation);
    add_counts(counts, cell.test);
    add_outcome(results, cell);
  }
  return {.plan = plan.hex(),
          .settings = settings_digest(run),
          .draws = draws.hex(),
          .weights = weights.hex(),
          .state = state.hex(),
          .counts = counts.hex(),
          .results = results.hex()};
}

}  // namespace ltr::record
