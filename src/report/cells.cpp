// SPDX-License-Identifier: Apache-2.0
#include "report/cells.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>

#include "config/plan.hpp"

namespace ltr::report {
namespace {
Cell cell_of(const RunView& view, const record::CellRecord& record) {
  Cell cell{.view = &view,
            .record = &record,
            .id = record.id,
            .seed = record.seed,
            .sampling = record.sampling,
            .learning = record.learning,
            .status = record.error.empty() ? CellStatus::complete : CellStatus::failed,
            .accuracy = {}};
  if (cell.status == CellStatus::complete) cell.accuracy = metric::group_accuracy(record.test, view.shots);
  return cell;
}
}  // namespace

std::vector<Cell> cells_of(const std::vector<RunView>& views) {
  std::vector<Cell> cells;
  for (const RunView& view : views) {
    std::set<std::string_view> held;
    for (const record::CellRecord& record : view.run->cells) {
      held.insert(record.id);
      cells.push_back(cell_of(view, record));
    }
    for (const config::PlanCell& planned : config::make_plan(view.configuration).cells) {
      if (held.contains(planned.id)) continue;
      Cell& missing = cells.emplace_back();
      missing.view = &view;
      missing.id = planned.id;
      missing.seed = planned.seed;
      missing.sampling = planned.sampling;
      missing.learning = planned.learning;
    }
  }
  std::ranges::stable_sort(
      cells, {}, [](const Cell& cell) { return std::tuple(cell.sampling, cell.learning, cell.seed); });
  return cells;
}

std::int64_t best_epoch(const Cell& cell) {
  if (cell.record->training.best_epoch >= 0) return cell.record->training.best_epoch;
  const auto& stages = cell.view->run->stage_1;
  const auto stage_1 = std::ranges::find(stages, cell.record->stage_1, &record::Stage1Record::id);
  return stage_1 == stages.end() ? -1 : stage_1->training.best_epoch;
}

}  // namespace ltr::report
