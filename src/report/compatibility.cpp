// SPDX-License-Identifier: Apache-2.0
#include "report/compatibility.hpp"

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "base/format.hpp"
#include "config/fidelity.hpp"
#include "config/keys.hpp"
#include "config/toml.hpp"

namespace ltr::report {
namespace {
/// One line a file (list, pack, weights) that is not the same.
void add_differing_hashes(const std::map<std::string, std::string>& here,
                          const std::map<std::string, std::string>& there, std::vector<std::string>& found) {
  std::map<std::string, std::pair<std::string, std::string>> both;
  for (const auto& [name, hash] : here) both[name].first = hash;
  for (const auto& [name, hash] : there) both[name].second = hash;
  const auto shown = [](const std::string& hash) { return hash.empty() ? "none" : hash.substr(0, 12); };
  for (const auto& [name, hashes] : both) {
    const auto& [first, second] = hashes;
    if (first == second) continue;
    found.push_back(base::format("the hash of {}: {} here, {} there", name, shown(first), shown(second)));
  }
}

/// Whether the name of the mode tells all there is to say of fidelity.
bool follows_its_mode(const config::Configuration& configuration) {
  config::Configuration of_mode;
  config::follow(configuration.fidelity.mode, of_mode);
  return configuration.stage_2.ncm.distance == of_mode.stage_2.ncm.distance &&
         std::ranges::all_of(config::kFidelityPoints, [&](const config::FidelityPoint& point) {
           return configuration.fidelity.*point.as_code == of_mode.fidelity.*point.as_code;
         });
}

bool changes_method(std::string_view key) { return config::key_of(key).effect == config::Effect::method; }

bool is_of_fidelity(std::string_view key) {
  return key.starts_with("fidelity.") || key == "stage_2.ncm.distance";
}

bool is_told_apart(std::string_view key, const GroupBy& by) {
  return (by.by_data && key.starts_with("data.")) || std::ranges::find(by.keys, key) != by.keys.end();
}

/// Whether groups may be of other data or start from other weights.
bool tells_data_apart(const GroupBy& by) {
  return by.by_data || std::ranges::any_of(by.keys, [](const std::string& key) {
           return key.starts_with("data.") || key == "model.pretrained" || key == "stage_1.weights";
         });
}

/// What keeps two records out of one table.
std::vector<std::string> differences(const RunView& a, const RunView& b, const GroupBy& by) {
  const bool one_group = group_of(a, by) == group_of(b, by);
  // Where the names of the modes tell all there is to say, one difference stands for all their points.
  const bool by_mode = a.configuration.fidelity.mode != b.configuration.fidelity.mode &&
                       follows_its_mode(a.configuration) && follows_its_mode(b.configuration);
  std::vector<std::string> found;
  for (const config::KeyDifference& difference : config::differing_keys(a.configuration, b.configuration)) {
    const std::string_view key = difference.key;
    if (!one_group && is_told_apart(key, by)) continue;
    const bool counts = by_mode && is_of_fidelity(key) ? key == "fidelity.mode" : changes_method(key);
    if (counts) found.push_back(difference.text());
  }
  if (!one_group && tells_data_apart(by)) return found;
  if (a.run->class_counts != b.run->class_counts) found.emplace_back("the class counts");
  if (a.run->class_names != b.run->class_names) found.emplace_back("the class names");
  add_differing_hashes(a.run->data_hashes, b.run->data_hashes, found);
  return found;
}

void check_recipes(const std::vector<const RunView*>& runs, const GroupBy& by) {
  const auto compare = [&by](const RunView& a, const RunView& b) {
    const std::vector<std::string> found = differences(a, b, by);
    if (found.empty()) return;
    throw base::ConfigError(
        base::format("records {} and {} differ in {}, so a table of both would mix two methods; "
                     "report them one by one, or tell them apart with --by KEY",
                     a.name, b.name, base::join(found, "; ")));
  };
  // Each record with the first of all, and with the first of its group: records of one group that equal a
  // third equal each other.
  std::map<std::vector<std::string>, const RunView*> firsts;
  for (const RunView* view : runs) {
    if (view != runs.front()) compare(*runs.front(), *view);
    const RunView* first = firsts.emplace(group_of(*view, by), view).first->second;
    if (first != view && first != runs.front()) compare(*first, *view);
  }
}

/// Whether two records of one cell are of weights that both know, and the same ones.
bool same_weights(const record::CellRecord& a, const record::CellRecord& b) {
  return a.error.empty() && b.error.empty() && !a.training.weights_digest.empty() &&
         a.training.weights_digest == b.training.weights_digest;
}

/// Whether two records of one cell agree, as they do on any number of ranks: the same weights, and the same
/// test images with the same answers.
bool agree(const record::CellRecord& a, const record::CellRecord& b) {
  return same_weights(a, b) && a.test.total == b.test.total && a.test.correct == b.test.correct &&
         a.test.correct_top5 == b.test.correct_top5;
}

/// What a cell's numbers follow from, besides its key.
std::vector<std::string> recipe_and_data(const RunView& view) {
  std::vector<std::string> words;
  for (const config::KeyText& key : view.keys) {
    if (changes_method(key.path)) words.push_back(key.value);
  }
  for (const auto& [name, hash] : view.run->data_hashes) words.insert(words.end(), {name, hash});
  return words;
}
}  // namespace

bool decides_verdict(std::string_view key, const Cell& cell) {
  const config::Key& row = config::key_of(key);
  const config::CellMethods methods{cell.key.sampling, cell.key.loss, cell.key.learning};
  return row.effect == config::Effect::method && row.recipe != config::Recipe::leaves_open &&
         config::concerns(row, methods, cell.view->configuration);
}

void check_compatible(const std::vector<const RunView*>& runs, const GroupBy& by) {
  check_recipes(runs, by);
  struct Holder {
    const RunView* view;
    const record::CellRecord* cell;
  };
  std::map<std::vector<std::string>, std::map<CellKey, Holder>> holders;
  for (const RunView* view : runs) {
    std::map<CellKey, Holder>& held = holders[group_of(*view, by)];
    for (const record::CellRecord& cell : view->run->cells) {
      const auto [entry, fresh] = held.emplace(key_of(cell), Holder{view, &cell});
      const Holder& other = entry->second;
      if (fresh || agree(*other.cell, cell)) continue;
      const std::string_view fault =
          same_weights(*other.cell, cell)
              ? "with the same weights but other counts of test images, so one of them is not what was "
                "measured; leave out the one that was changed or damaged"
              : "not with the same weights, so its seed would count twice; give each seed in one record";
      throw base::ConfigError(
          base::format("cell {} is in records {} and {}, {}", cell.id, other.view->name, view->name, fault));
    }
  }
}

std::vector<const Cell*> cells_once(const Results& results) {
  std::map<const RunView*, std::vector<std::string>> recipes;
  for (const RunView& view : results.runs()) recipes.emplace(&view, recipe_and_data(view));
  std::map<CellKey, std::vector<const Cell*>> earlier;
  std::vector<const Cell*> once;
  for (const Cell& cell : results.cells()) {
    if (cell.complete()) {
      std::vector<const Cell*>& others = earlier[cell.key];
      const bool repeated = std::ranges::any_of(others, [&](const Cell* other) {
        return agree(*other->record, *cell.record) && recipes[other->view] == recipes[cell.view];
      });
      if (repeated) continue;
      others.push_back(&cell);
    }
    once.push_back(&cell);
  }
  return once;
}

}  // namespace ltr::report
