// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>

#include "base/hash.hpp"
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

void add_counts(base::Sha256& hash, const metric::Counts& counts) {
  for (const auto* values : {&counts.correct, &counts.correct_top5, &counts.total, &counts.confusion}) {
    std::string line;
    for (const std::int64_t value : *values) line += std::to_string(value) + " ";
    add_line(hash, line);
  }
}
}  // namespace

Digests digests(const RunRecord& run) {
  base::Sha256 plan;
  base::Sha256 draws;
  base::Sha256 weights;
  base::Sha256 state;
  base::Sha256 counts;
  for (const std::string& id : run.plan) add_line(plan, id);
  const auto add_training = [&](const std::string& id, const TrainingRecord& training) {
    add_line(draws, id + " " + training.draws_digest);
    add_line(weights, id + " " + training.weights_digest);
    add_line(state, id + " " + training.state_digest);
  };
  for (const Stage1Record& stage_1 : by_id(run.stage_1)) add_training(stage_1.id, stage_1.training);
  for (const CellRecord& cell : by_id(run.cells)) {
    add_training(cell.id, cell.training);
    add_line(counts, cell.id);
    add_counts(counts, cell.validation);
    add_counts(counts, cell.test);
  }
  return {.plan = plan.hex(),
          .draws = draws.hex(),
          .weights = weights.hex(),
          .state = state.hex(),
          .counts = counts.hex()};
}

}  // namespace ltr::record
