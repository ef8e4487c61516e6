// SPDX-License-Identifier: Apache-2.0
#include "report/alike.hpp"

#include <algorithm>
#include <array>
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
  const auto hash_in = [](const std::map<std::string, std::string>& hashes, const std::string& name) {
    const auto entry = hashes.find(name);
    return entry == hashes.end() ? std::string() : entry->second;
  };
  constexpr std::size_t kShown = 12;
  const auto shown = [](const std::string& hash) { return hash.empty() ? "none" : hash.substr(0, kShown); };
  std::map<std::string, std::string> all = here;
  all.insert(there.begin(), there.end());
  for (const auto& [name, hash] : all) {
    const std::string first = hash_in(here, name);
    const std::string second = hash_in(there, name);
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

bool is_of_fidelity(std::string_view difference) {
  return difference.starts_with("fidelity.") || difference.starts_with("stage_2.ncm.distance:");
}

bool is_told_apart(std::string_view difference, const Apart& apart) {
  if (apart.by_data && difference.starts_with("data.")) return true;
  return std::ranges::any_of(apart.keys,
                             [&](const std::string& key) { return difference.starts_with(key + ":"); });
}

std::vector<std::string> differences(const RunView& a, const RunView& b, const Apart& apart) {
  std::vector<std::string> found = config::differing_keys(a.configuration, b.configuration);
  const bool same_place = place_of(a, apart) == place_of(b, apart);
  // Where the names of the modes tell all there is to say, one difference stands for all their points.
  const bool by_mode = a.configuration.fidelity.mode != b.configuration.fidelity.mode &&
                       follows_its_mode(a.configuration) && follows_its_mode(b.configuration);
  std::erase_if(found, [&](const std::string& difference) {
    if (!same_place && is_told_apart(difference, apart)) return true;
    if (by_mode && is_of_fidelity(difference)) return !difference.starts_with("fidelity.mode:");
    return changes_no_method(difference);
  });
  const bool other_data =
      !same_place && (apart.by_data || std::ranges::any_of(apart.keys, [](const auto& key) {
                        return key.starts_with("data.") || key == "model.pretrained" ||
                               key == "stage_1.weights";
                      }));
  if (other_data) return found;
  if (a.run->class_counts != b.run->class_counts) found.emplace_back("the class counts");
  if (a.run->class_names != b.run->class_names) found.emplace_back("the class names");
  add_differing_hashes(a.run->data_hashes, b.run->data_hashes, found);
  return found;
}

void check_recipes(const std::vector<RunView>& views, const Apart& apart) {
  const auto compare = [&apart](const RunView& a, const RunView& b) {
    const std::vector<std::string> found = differences(a, b, apart);
    if (found.empty()) return;
    throw base::ConfigError(
        base::format("records {} and {} differ in {}, so a table of both would mix two methods; "
                     "report them one by one, or tell them apart with --by KEY",
                     a.name, b.name, base::join(found, "; ")));
  };
  // Each record with the first of all, and with the first of those it is averaged with: within one place,
  // records that equal a third equal each other.
  std::map<std::vector<std::string>, const RunView*> firsts;
  for (const RunView& view : views) {
    if (&view != &views.front()) compare(views.front(), view);
    const RunView* first = firsts.emplace(place_of(view, apart), &view).first->second;
    if (first != &view && first != &views.front()) compare(*first, view);
  }
}

/// Whether two records of one cell are of weights that both know, and the same ones.
bool same_weights(const record::CellRecord& a, const record::CellRecord& b) {
  return a.error.empty() && b.error.empty() && !a.training.weights_digest.empty() &&
         a.training.weights_digest == b.training.weights_digest;
}

/// Whether the same images were counted, with the same answers.
bool same_counts(const metric::Counts& a, const metric::Counts& b) {
  return a.total == b.total && a.correct == b.correct && a.correct_top5 == b.correct_top5;
}
}  // namespace

CellKey key_of(const record::CellRecord& cell) { return {cell.seed, cell.sampling, cell.learning}; }

bool are_one(const record::CellRecord& a, const record::CellRecord& b) {
  return same_weights(a, b) && same_counts(a.test, b.test);
}

bool changes_no_method(std::string_view key) {
  return config::key_of(key.substr(0, key.find(':'))).effect != config::Effect::method;
}

std::vector<std::string> place_of(const RunView& view, const Apart& apart) {
  std::vector<std::string> place{apart.by_data ? view.dataset : ""};
  for (const std::string& key : apart.keys) place.push_back(view.value_of(key));
  return place;
}

void check_alike(const std::vector<RunView>& views, const Apart& apart) {
  check_recipes(views, apart);
  struct Held {
    const RunView* view;
    const record::CellRecord* cell;
  };
  std::map<std::vector<std::string>, std::map<CellKey, Held>> holders;
  for (const RunView& view : views) {
    std::map<CellKey, Held>& held = holders[place_of(view, apart)];
    for (const record::CellRecord& cell : view.run->cells) {
      const auto [entry, fresh] = held.emplace(key_of(cell), Held{&view, &cell});
      const Held& other = entry->second;
      if (fresh || are_one(*other.cell, cell)) continue;
      const std::string_view fault =
          same_weights(*other.cell, cell)
              ? "with the same weights but other counts of test images, so one of them is not what was "
                "measured; leave out the one that was changed or damaged"
              : "not with the same weights, so its seed would count twice; give each seed in one record";
      throw base::ConfigError(
          base::format("cell {} is in records {} and {}, {}", cell.id, other.view->name, view.name, fault));
    }
  }
}

}  // namespace ltr::report
