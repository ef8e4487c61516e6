// SPDX-License-Identifier: Apache-2.0
#include "report/alike.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "base/error.hpp"
#include "base/format.hpp"
#include "config/fidelity.hpp"
#include "config/toml.hpp"

namespace ltr::report {
namespace {
constexpr std::array<std::string_view, 12> kHarmless{
    "run.",          "data.root",     "data.train", "data.validation", "data.test", "data.stage",
    "grid.sampling", "grid.learning", "loader.",    "checkpoint.",     "parallel.", "fidelity.mode"};

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
         std::ranges::all_of(config::fidelity_points(), [&](const config::FidelityPoint& point) {
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
  add_differing_hashes(a.run->data_hashes, b.run->data_hashes, found);
  return found;
}

void check_recipes(const std::vector<RunView>& views, const Apart& apart) {
  for (std::size_t i = 0; i < views.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      // Each record once with the first, and with those it is averaged with.
      if (j > 0 && place_of(views[j], apart) != place_of(views[i], apart)) continue;
      const std::vector<std::string> found = differences(views[j], views[i], apart);
      if (found.empty()) continue;
      throw base::ConfigError(
          base::format("records {} and {} differ in {}, so a table of both would mix two methods; "
                       "report them one by one, or tell them apart with --by KEY",
                       j + 1, i + 1, base::join(found, "; ")));
    }
  }
}

/// Whether two cells of one name are the same one: complete, with the same weights. On any number of ranks
/// these are.
bool are_one(const record::CellRecord& a, const record::CellRecord& b) {
  return a.error.empty() && b.error.empty() && !a.training.weights_digest.empty() &&
         a.training.weights_digest == b.training.weights_digest;
}
}  // namespace

bool changes_no_method(std::string_view key) {
  // The one key of its section that is about numbers.
  if (key.starts_with("parallel.precision")) return false;
  return std::ranges::any_of(kHarmless, [key](std::string_view prefix) { return key.starts_with(prefix); });
}

std::vector<std::string> place_of(const RunView& view, const Apart& apart) {
  std::vector<std::string> place{apart.by_data ? view.dataset : ""};
  for (const std::string& key : apart.keys) place.push_back(view.value_of(key));
  return place;
}

void check_alike(const std::vector<RunView>& views, const Apart& apart) {
  check_recipes(views, apart);
  struct Held {
    std::size_t record;
    const record::CellRecord* cell;
  };
  std::map<std::vector<std::string>, Held> holders;
  for (std::size_t i = 0; i < views.size(); ++i) {
    std::vector<std::string> place = place_of(views[i], apart);
    place.emplace_back();
    for (const record::CellRecord& cell : views[i].run->cells) {
      place.back() = cell.id;
      const auto [entry, fresh] = holders.emplace(place, Held{i, &cell});
      const Held& other = entry->second;
      if (fresh || are_one(*other.cell, cell)) continue;
      throw base::ConfigError(base::format(
          "cell {} is in records {} and {}, not with the same weights, so its seed would count twice; give "
          "each seed in one record",
          cell.id, other.record + 1, i + 1));
    }
  }
}

}  // namespace ltr::report
