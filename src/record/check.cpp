// SPDX-License-Identifier: Apache-2.0
#include "record/check.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/format.hpp"
#include "config/toml.hpp"

namespace ltr::record {
namespace {

/// Percentages and shares are stored as they were computed; two ways to one may round apart.
constexpr double kRounding = 1e-6;

/// A place in a record, which complains about what is found there.
class Place {
 public:
  Place(const std::filesystem::path& file, std::string path) : file_(file), path_(std::move(path)) {}
  [[nodiscard]] Place operator/(std::string_view name) const {
    return {file_, base::format("{}/{}", path_, name)};
  }
  [[noreturn]] void complain(const std::string& what) const {
    throw base::DataError(
        base::format("{}:{} {}, which cannot be: the file is damaged or was changed after it was written; "
                     "nothing in it can be believed; copy it again, or compute it again",
                     file_.string(), path_, what));
  }

 private:
  const std::filesystem::path& file_;
  std::string path_;
};

/// Shape: values [size], or where `may_lack` none at all.
enum class Lack { refuse, allow };
template <class Value>
void check_size(std::span<const Value> values, std::size_t size, Lack lack, const Place& place) {
  if (values.size() == size || (lack == Lack::allow && values.empty())) return;
  place.complain(base::format("has {} values where there are {}", values.size(), size));
}

/// Not a number is within no range.
void check_range(std::span<const double> values, double least, double most, const Place& place) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] >= least && values[i] <= most) continue;
    place.complain(base::format("holds {} at {}, outside {} to {}", values[i], i, least, most));
  }
}

constexpr double kAny = std::numeric_limits<double>::max();

/// More than any data set has, and few enough for the sums of a million.
constexpr std::int64_t kMostImages = std::int64_t{1} << 40;

void check_at_least(std::span<const std::int64_t> values, std::int64_t least, const Place& place) {
  const auto above = std::ranges::find_if(values, [](std::int64_t value) { return value > kMostImages; });
  if (above != values.end()) {
    place.complain(base::format("holds {} at {}, above {}", *above, above - values.begin(), kMostImages));
  }
  const auto below = std::ranges::find_if(values, [&](std::int64_t value) { return value < least; });
  if (below == values.end()) return;
  place.complain(base::format("holds {} at {}, below {}", *below, below - values.begin(), least));
}

/// Each of `parts` at most what `whole` has in its place.
void check_part(std::span<const std::int64_t> parts, std::span<const std::int64_t> whole, std::string_view of,
                const Place& place) {
  check_at_least(parts, 0, place);
  for (std::size_t k = 0; k < parts.size(); ++k) {
    if (parts[k] <= whole[k]) continue;
    place.complain(base::format("has {} of the {} {} of class {}", parts[k], whole[k], of, k));
  }
}

void check_near(double found, double expected, std::string_view what, const Place& place) {
  if (std::abs(found - expected) <= kRounding * std::max(1.0, std::abs(expected))) return;
  place.complain(base::format("has {} where {} {}", found, what, expected));
}

std::int64_t sum_of(std::span<const std::int64_t> values) {
  return std::reduce(values.begin(), values.end());
}

void check_confusion(const metric::Counts& counts, std::size_t classes, const Place& place) {
  check_size<std::int64_t>(counts.confusion, classes * classes, Lack::allow, place);
  if (counts.confusion.empty()) return;
  check_at_least(counts.confusion, 0, place);
  for (std::size_t k = 0; k < classes; ++k) {
    const auto row = std::span(counts.confusion).subspan(k * classes, classes);
    if (row[k] != counts.correct[k]) {
      place.complain(
          base::format("has {} right of class {} where correct has {}", row[k], k, counts.correct[k]));
    }
    if (sum_of(row) != counts.total[k]) {
      place.complain(
          base::format("has {} images of class {} where total has {}", sum_of(row), k, counts.total[k]));
    }
  }
}

void check_counts(const metric::Counts& counts, std::size_t classes, const Place& place) {
  check_size<std::int64_t>(counts.total, classes, Lack::refuse, place / "total");
  check_size<std::int64_t>(counts.correct, classes, Lack::refuse, place / "correct");
  check_size<std::int64_t>(counts.correct_top5, classes, Lack::allow, place / "correct_top5");
  check_at_least(counts.total, 0, place / "total");
  if (sum_of(counts.total) == 0) (place / "total").complain("counts no image");
  check_part(counts.correct, counts.total, "images", place / "correct");
  check_part(counts.correct_top5, counts.total, "images", place / "correct_top5");
  if (!counts.correct_top5.empty()) {
    check_part(counts.correct, counts.correct_top5, "within the first five", place / "correct");
  }
  check_confusion(counts, classes, place / "confusion");
}

void check_epoch(const EpochRow& row, std::int64_t number, const Place& place) {
  if (row.epoch != number) {
    (place / "epoch").complain(base::format("has {} in place {}", row.epoch, number));
  }
  for (const EpochColumn& column : kEpochColumns) {
    const double value = row.*column.value;
    const bool was_not_validated = column.value == &EpochRow::validation_top1_percent && std::isnan(value);
    if (!was_not_validated) check_range({&value, 1}, 0, column.most, place / column.name);
  }
}

void check_training(const TrainingRecord& training, std::size_t classes, const Place& place) {
  for (std::size_t i = 0; i < training.epochs.size(); ++i) {
    check_epoch(training.epochs[i], static_cast<std::int64_t>(i), place / "epochs");
  }
  if (training.best_epoch < -1 || training.best_epoch >= std::ssize(training.epochs)) {
    (place / "best_epoch")
        .complain(base::format("is {} of {} epochs", training.best_epoch, training.epochs.size()));
  }
  check_size<double>(training.class_weights, classes, Lack::allow, place / "class_weights");
  check_range(training.class_weights, 0, 1 + kRounding, place / "class_weights");
  check_size<std::int64_t>(training.draws_made, classes, Lack::allow, place / "draws_made");
  check_at_least(training.draws_made, 0, place / "draws_made");
}

void check_calibration(const CellRecord& cell, const Place& place) {
  const Calibration& calibration = cell.calibration;
  const std::size_t bins = calibration.images.size();
  check_size<double>(calibration.mean_confidence, bins, Lack::refuse, place / "mean_confidence");
  check_size<double>(calibration.accuracy, bins, Lack::refuse, place / "accuracy");
  if (bins == 0) return;
  check_at_least(calibration.images, 0, place / "images");
  check_range(calibration.mean_confidence, 0, 1 + kRounding, place / "mean_confidence");
  check_range(calibration.accuracy, 0, 1, place / "accuracy");
  const double error = calibration.expected_calibration_error;
  check_range({&error, 1}, 0, 1 + kRounding, place / "expected_calibration_error");
  check_near(static_cast<double>(sum_of(calibration.images)), static_cast<double>(sum_of(cell.test.total)),
             "the test images are", place / "images");
  const double right = std::inner_product(calibration.images.begin(), calibration.images.end(),
                                          calibration.accuracy.begin(), 0.0);
  check_near(right, static_cast<double>(sum_of(cell.test.correct)), "the right images are",
             place / "accuracy");
}

void check_tau(const CellRecord& cell, const Place& place) {
  const TauSweep& sweep = cell.tau;
  const auto check = [&](std::string_view name, const std::vector<double>& percent, double most) {
    check_size<double>(percent, sweep.tau.size(), Lack::refuse, place / name);
    // A group without classes has no accuracy.
    std::vector<double> numbers = percent;
    std::erase_if(numbers, [](double value) { return std::isnan(value); });
    check_range(numbers, 0, most, place / name);
  };
  check("validation_percent", sweep.validation_percent, 100 + kRounding);
  check("test_many_percent", sweep.test_many_percent, 100 + kRounding);
  check("test_medium_percent", sweep.test_medium_percent, 100 + kRounding);
  check("test_few_percent", sweep.test_few_percent, 100 + kRounding);
  check("test_all_percent", sweep.test_all_percent, 100 + kRounding);
  if (sweep.tau.empty()) return;
  const auto chosen = std::ranges::find(sweep.tau, sweep.chosen);
  if (chosen == sweep.tau.end()) {
    (place / "chosen").complain(base::format("is {}, which is no tau of the sweep", sweep.chosen));
  }
  const auto at = static_cast<std::size_t>(chosen - sweep.tau.begin());
  check_near(sweep.test_all_percent[at], metric::top1_percent(cell.test), "the cell's accuracy is",
             place / "test_all_percent");
  check_near(sweep.validation_percent[at], metric::top1_percent(cell.validation),
             "the cell's validation accuracy is", place / "validation_percent");
}

void check_cell(const CellRecord& cell, const config::PlanCell& planned, std::size_t classes,
                const Place& place) {
  if (cell.seed != planned.seed || cell.sampling != planned.sampling || cell.loss != planned.loss ||
      cell.learning != planned.learning) {
    place.complain(base::format("says it is of seed {}, {} and {}", cell.seed,
                                config::representation_name(cell.sampling, cell.loss),
                                config::name_of(cell.learning)));
  }
  if (!cell.error.empty()) return;
  check_training(cell.training, classes, place);
  check_counts(cell.validation, classes, place / "validation");
  check_counts(cell.test, classes, place / "test");
  check_size<double>(cell.weight_norms, classes, Lack::allow, place / "weight_norms");
  check_range(cell.weight_norms, 0, kAny, place / "weight_norms");
  check_calibration(cell, place / "calibration");
  check_tau(cell, place / "tau");
}

config::Configuration configuration_of(const RunRecord& run, const Place& place) {
  try {
    return config::parse_configuration(run.configuration, "the record's configuration");
  } catch (const base::ConfigError& error) {
    (place / "configuration").complain(base::format("is none ({})", error.what()));
  }
}

void check_data(const RunRecord& run, const Place& place) {
  if (run.class_counts.empty()) (place / "class_counts").complain("counts no class");
  check_at_least(run.class_counts, 1, place / "class_counts");
  check_size<std::string>(run.class_names, run.class_counts.size(), Lack::refuse, place / "class_names");
  if (run.shots.few_below < 0 || run.shots.few_below - 1 > run.shots.many_above) {
    (place / "few_below")
        .complain(base::format("is {} where many_above is {}", run.shots.few_below, run.shots.many_above));
  }
  for (const auto* values : {&run.data_dropped, &run.data_lenient}) {
    for (const auto& [name, images] : *values) {
      if (images < 0) place.complain(base::format("has {} images of {}", images, name));
    }
  }
}

void check_schedule(const Schedule& schedule, const std::vector<std::string>& plan, const Place& place) {
  for (const NodeTime& time : schedule.nodes) {
    if (std::ranges::find(plan, time.node) == plan.end()) {
      (place / "node").complain(base::format("names {}, which is not in the plan", time.node));
    }
    const std::array numbers{time.started_at_s, time.after_s, time.seconds, time.share};
    check_range(numbers, 0, kAny, place / time.node);
    if (time.ranks < 1 || time.first_rank < 0) {
      (place / "ranks").complain(base::format("has {} ranks from {} on", time.ranks, time.first_rank));
    }
  }
  const std::array spans{schedule.makespan_s, schedule.planned_makespan_s};
  check_range(spans, 0, kAny, place / "makespan_s");
  const std::array shares{schedule.idle_share, schedule.planned_idle_share};
  check_range(shares, -kRounding, 1, place / "idle_share");
}

/// Every cell is measured on the same images.
void check_same_images(const RunRecord& run, const Place& place) {
  const CellRecord* first = nullptr;
  for (const CellRecord& cell : run.cells) {
    if (!cell.error.empty()) continue;
    if (first == nullptr) first = &cell;
    const metric::Counts& as_validation = run.test_serves_as_validation ? first->test : first->validation;
    const auto check = [&](std::string_view part, const metric::Counts& counts,
                           const metric::Counts& others) {
      if (counts.total == others.total) return;
      (place / cell.id / part / "total")
          .complain(base::format("counts other images than cell {}", first->id));
    };
    check("test", cell.test, first->test);
    check("validation", cell.validation, as_validation);
  }
}

void check_results(const RunRecord& run, const config::Plan& plan, const Place& root) {
  const std::size_t classes = run.class_counts.size();
  std::map<std::string_view, const config::PlanCell*> planned;
  for (const config::PlanCell& cell : plan.cells) planned[cell.id] = &cell;
  std::map<std::string_view, const config::PlanNode*> nodes;
  for (const config::PlanNode& node : plan.nodes) nodes[node.id] = &node;
  for (const Stage1Record& stage_1 : run.stage_1) {
    const Place place = root / "stage_1" / stage_1.id;
    const auto node = nodes.find(stage_1.id);
    if (node == nodes.end() || node->second->kind != config::NodeKind::stage_1 ||
        node->second->seed != stage_1.seed || node->second->sampling != stage_1.sampling ||
        node->second->loss != stage_1.loss) {
      place.complain("is no stage 1 of the plan");
    }
    check_training(stage_1.training, classes, place);
  }
  for (const CellRecord& cell : run.cells) {
    const Place place = root / "cells" / cell.id;
    const auto found = planned.find(cell.id);
    if (found == planned.end()) place.complain("is no cell of the configuration");
    check_cell(cell, *found->second, classes, place);
  }
}

}  // namespace

void check_run(const RunRecord& run, const std::filesystem::path& path) {
  const Place root(path, "");
  const config::Configuration configuration = configuration_of(run, root);
  if (run.backbone != config::name_of(configuration.model.backbone)) {
    (root / "backbone")
        .complain(base::format("is '{}' where the configuration has {}", run.backbone,
                               config::name_of(configuration.model.backbone)));
  }
  check_data(run, root / "data");
  const config::Plan plan = config::make_plan(configuration);
  if (!std::ranges::equal(run.plan, plan.nodes, {}, {}, &config::PlanNode::id)) {
    (root / "plan").complain("is not that of the configuration");
  }
  check_schedule(run.schedule, run.plan, root / "schedule");
  check_results(run, plan, root);
  if (run.cells.size() != plan.cells.size()) {
    (root / "cells").complain(base::format("has {} of {} cells", run.cells.size(), plan.cells.size()));
  }
  check_same_images(run, root / "cells");
}

void check_node(const NodeRecord& record, const config::PlanNode& node, std::size_t classes,
                const std::filesystem::path& path) {
  const Place root(path, "");
  if (record.time.node != node.id) root.complain(base::format("is of {}", record.time.node));
  const bool is_stage_1 = node.kind == config::NodeKind::stage_1;
  if (record.stage_1.size() != (is_stage_1 ? 1U : 0U) || (is_stage_1 && record.stage_1[0].id != node.id)) {
    (root / "stage_1")
        .complain(base::format("has {} where {} has {}", record.stage_1.size(), node.id, is_stage_1 ? 1 : 0));
  }
  for (const Stage1Record& stage_1 : record.stage_1) {
    check_training(stage_1.training, classes, root / "stage_1" / stage_1.id);
  }
  if (record.cells.size() != node.learning.size()) {
    (root / "cells").complain(base::format("has {} of {} cells", record.cells.size(), node.learning.size()));
  }
  for (std::size_t i = 0; i < record.cells.size(); ++i) {
    const config::PlanCell planned = config::cell_of(node, node.learning[i]);
    const Place place = root / "cells" / record.cells[i].id;
    if (record.cells[i].id != planned.id)
      place.complain(base::format("stands in the place of {}", planned.id));
    check_cell(record.cells[i], planned, classes, place);
  }
}

}  // namespace ltr::record
