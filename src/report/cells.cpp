// SPDX-License-Identifier: Apache-2.0
#include "report/cells.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

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

std::vector<Cell> distinct_cells_of(const std::vector<RunView>& views, const Apart& apart) {
  using Name = std::pair<std::vector<std::string>, std::string>;
  std::vector<Cell> cells = cells_of(views);
  std::map<const RunView*, std::vector<std::string>> places;
  for (const RunView& view : views) places.emplace(&view, place_of(view, apart));
  const auto name_of = [&places](const Cell& cell) { return Name(places.at(cell.view), cell.id); };
  std::map<Name, const record::CellRecord*> chosen;
  for (const Cell& cell : cells) {
    const record::CellRecord*& record = chosen[name_of(cell)];
    if (record == nullptr) record = cell.record;
  }
  std::set<Name> taken;
  std::erase_if(cells, [&](const Cell& cell) {
    const Name name = name_of(cell);
    return cell.record != chosen.at(name) || !taken.insert(name).second;
  });
  return cells;
}

std::int64_t best_epoch(const Cell& cell) {
  if (cell.record->training.best_epoch >= 0) return cell.record->training.best_epoch;
  const auto& stages = cell.view->run->stage_1;
  const auto stage_1 = std::ranges::find(stages, cell.record->stage_1, &record::Stage1Record::id);
  return stage_1 == stages.end() ? -1 : stage_1->training.best_epoch;
}

std::string_view remark_of(const Cell& cell) {
  const bool tuned_on_test = cell.status == CellStatus::complete &&
                             cell.learning == config::LearningKind::tau_normalized &&
                             cell.view->run->test_serves_as_validation;
  return tuned_on_test ? "tau chosen on test" : "";
}

std::string status_of(const Cell& cell) {
  switch (cell.status) {
    case CellStatus::complete:
      return "complete";
    case CellStatus::failed:
      return "failed: " + cell.record->error;
    case CellStatus::missing:
      break;
  }
  return "missing";
}

}  // namespace ltr::report
