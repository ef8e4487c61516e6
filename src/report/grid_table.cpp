// SPDX-License-Identifier: Apache-2.0
#include "report/grid_table.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "base/format.hpp"
#include "metric/shots.hpp"
#include "metric/statistics.hpp"

namespace ltr::report {
namespace {
std::string accuracy_text(const std::vector<double>& percents) {
  const metric::Summary summary = metric::summarise(percents);
  if (summary.n == 0) return "-";
  if (!summary.deviation) return base::format("{:.1f}", summary.mean);
  return base::format("{:.1f} ± {:.1f}", summary.mean, *summary.deviation);
}

/// Cells of one sampling and strategy.
Row row_of(std::span<const Cell> cells) {
  Row row;
  row.learning = config::name_of(cells.front().learning);
  row.seeds = static_cast<std::size_t>(std::ranges::count(cells, CellStatus::complete, &Cell::status));
  for (std::size_t column = 0; column < kAccuracyColumns.size(); ++column) {
    std::vector<double> percents;
    for (const Cell& cell : cells) {
      const std::optional<double> percent = cell.accuracy.*kAccuracyColumns[column].member;
      if (percent) percents.push_back(*percent);
    }
    row.accuracy[column] = accuracy_text(percents);
  }
  return row;
}

std::vector<Block> blocks_of(std::span<const Cell> cells) {
  std::vector<Block> blocks;
  while (!cells.empty()) {
    const Cell& first = cells.front();
    const auto other = std::ranges::find_if(cells, [&first](const Cell& cell) {
      return cell.sampling != first.sampling || cell.learning != first.learning;
    });
    const auto length = static_cast<std::size_t>(other - cells.begin());
    const std::string_view sampling = config::name_of(first.sampling);
    if (blocks.empty() || blocks.back().sampling != sampling) blocks.push_back({sampling, {}});
    blocks.back().rows.push_back(row_of(cells.first(length)));
    cells = cells.subspan(length);
  }
  return blocks;
}

/// Test images of each class; empty before any cell is complete.
std::vector<std::int64_t> test_totals(const record::RunRecord& run) {
  const auto complete = std::ranges::find_if(run.cells, [](const record::CellRecord& cell) {
    return cell.error.empty() && !cell.test.total.empty();
  });
  return complete == run.cells.end() ? std::vector<std::int64_t>{} : complete->test.total;
}

std::string counted(std::int64_t number, std::string_view one, std::string_view many) {
  return base::format("{} {}", base::with_thousands(number), number == 1 ? one : many);
}

/// "many (> 100 training images a class): 385 classes, 88,693 images", and how many of the classes have test
/// images if not all do: only those are in the group's accuracy.
std::string group_fact(const record::RunRecord& run, metric::Shot shot) {
  const std::vector<metric::Shot> shots = metric::shots_of(run.class_counts, run.shots);
  const std::vector<std::int64_t> totals = test_totals(run);
  std::int64_t classes = 0;
  std::int64_t images = 0;
  std::int64_t untested = 0;
  for (std::size_t k = 0; k < shots.size(); ++k) {
    if (shots[k] != shot) continue;
    ++classes;
    images += run.class_counts[k];
    if (!totals.empty() && totals[k] == 0) ++untested;
  }
  const std::string range = shot == metric::Shot::many ? base::format("> {}", run.shots.many_above)
                            : shot == metric::Shot::few
                                ? base::format("< {}", run.shots.few_below)
                                : base::format("{} to {}", run.shots.few_below, run.shots.many_above);
  const std::string tested =
      untested == 0 ? "" : base::format("; {} with test images", base::with_thousands(classes - untested));
  return base::format("{} ({} training images a class): {}, {}{}", metric::name_of(shot), range,
                      counted(classes, "class", "classes"), counted(images, "image", "images"), tested);
}

std::string seeds_fact(std::span<const Cell> cells) {
  std::set<std::uint64_t> seeds;
  for (const Cell& cell : cells) seeds.insert(cell.seed);
  std::vector<std::string> words;
  for (const std::uint64_t seed : seeds) words.push_back(std::to_string(seed));
  return base::format("seeds {}; n is the number of them that are complete", base::join(words, ", "));
}

std::string gap_of(const Cell& cell) {
  if (cell.status == CellStatus::missing) return base::format("missing: {}: not computed yet", cell.id);
  return base::format("failed: {}: {}", cell.id, cell.error);
}
}  // namespace

GridTable grid_table(const std::vector<record::RunRecord>& runs) {
  check_alike(runs);
  const std::vector<Cell> cells = cells_of(runs);
  const record::RunRecord& run = runs.front();
  GridTable table;
  table.title = base::format("{}, {}: top-1 test accuracy in percent, mean ± standard deviation over seeds",
                             run.data_names.at("train"), run.backbone);
  for (const metric::Shot shot : {metric::Shot::many, metric::Shot::medium, metric::Shot::few}) {
    table.facts.push_back(group_fact(run, shot));
  }
  table.facts.push_back(
      "all: over images; balanced: mean over classes; the groups are means over their classes");
  table.facts.push_back(seeds_fact(cells));
  if (std::ranges::any_of(runs, &record::RunRecord::test_serves_as_validation)) {
    table.facts.push_back("note: the test set served as validation, so epochs and tau were chosen on it");
  }
  table.blocks = blocks_of(cells);
  for (const Cell& cell : cells) {
    if (cell.status != CellStatus::complete) table.gaps.push_back(gap_of(cell));
  }
  return table;
}

}  // namespace ltr::report
