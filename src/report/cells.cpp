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

/// A number for each record, equal where `words_of` it are. Shape: [records].
template <class WordsOf>
std::vector<std::size_t> numbered(const std::vector<RunView>& views, const WordsOf& words_of) {
  std::map<std::vector<std::string>, std::size_t> numbers;
  std::vector<std::size_t> of_views;
  for (const RunView& view : views) {
    of_views.push_back(numbers.emplace(words_of(view), numbers.size()).first->second);
  }
  return of_views;
}

/// What a cell's numbers follow from, besides its seed, sampling and strategy.
std::vector<std::string> method_of(const RunView& view) {
  std::vector<std::string> words;
  for (const config::KeyText& key : view.keys) {
    if (!changes_no_method(key.path)) words.push_back(key.value);
  }
  for (const auto& [name, hash] : view.run->data_hashes) words.insert(words.end(), {name, hash});
  return words;
}

CellKey key_of(const Cell& cell) { return {cell.seed, cell.sampling, cell.learning}; }
}  // namespace

std::vector<Cell> cells_of(const std::vector<RunView>& views) {
  std::vector<Cell> cells;
  for (const RunView& view : views) {
    std::set<CellKey> held;
    for (const record::CellRecord& record : view.run->cells) {
      held.insert(key_of(record));
      cells.push_back(cell_of(view, record));
    }
    for (const config::PlanCell& planned : config::make_plan(view.configuration).cells) {
      if (held.contains({planned.seed, planned.sampling, planned.learning})) continue;
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
  std::vector<Cell> cells = cells_of(views);
  const auto places = numbered(views, [&apart](const RunView& view) { return place_of(view, apart); });
  struct Chosen {
    const record::CellRecord* record = nullptr;
    bool taken = false;
  };
  std::map<std::pair<std::size_t, CellKey>, Chosen> chosen;
  const auto chosen_of = [&](const Cell& cell) -> Chosen& {
    const auto view = static_cast<std::size_t>(cell.view - views.data());
    return chosen[{places[view], key_of(cell)}];
  };
  for (const Cell& cell : cells) {
    Chosen& one = chosen_of(cell);
    if (one.record == nullptr) one.record = cell.record;
  }
  std::erase_if(cells, [&](const Cell& cell) {
    Chosen& one = chosen_of(cell);
    return cell.record != one.record || std::exchange(one.taken, true);
  });
  return cells;
}

std::vector<Cell> listed_cells_of(const std::vector<RunView>& views) {
  std::vector<Cell> cells = cells_of(views);
  const std::vector<std::size_t> methods = numbered(views, method_of);
  std::map<std::pair<std::size_t, CellKey>, std::vector<const record::CellRecord*>> listed;
  std::erase_if(cells, [&](const Cell& cell) {
    if (cell.status != CellStatus::complete) return false;
    const auto view = static_cast<std::size_t>(cell.view - views.data());
    auto& earlier = listed[{methods[view], key_of(cell)}];
    const bool repeated = std::ranges::any_of(
        earlier, [&cell](const record::CellRecord* other) { return are_one(*other, *cell.record); });
    if (!repeated) earlier.push_back(cell.record);
    return repeated;
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
