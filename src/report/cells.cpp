// SPDX-License-Identifier: Apache-2.0
#include "report/cells.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string_view>
#include <tuple>

#include "base/error.hpp"
#include "base/format.hpp"
#include "config/plan.hpp"
#include "config/toml.hpp"

namespace ltr::report {
namespace {
config::Configuration configuration_of(const record::RunRecord& run) {
  return config::parse_configuration(run.configuration, "the record's configuration");
}

/// Whether the same method on the same data may have different values of the key that `difference` begins
/// with.
bool harmless(std::string_view difference) {
  constexpr std::array<std::string_view, 11> kKeys{
      "run.",          "data.root",     "data.train", "data.validation", "data.test", "data.stage",
      "grid.sampling", "grid.learning", "loader.",    "checkpoint.",     "parallel."};
  return std::ranges::any_of(kKeys,
                             [difference](std::string_view key) { return difference.starts_with(key); });
}

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

std::vector<std::string> differences(const record::RunRecord& a, const record::RunRecord& b) {
  std::vector<std::string> found = config::differing_keys(configuration_of(a), configuration_of(b));
  std::erase_if(found, harmless);
  if (a.class_counts != b.class_counts) found.emplace_back("the class counts");
  add_differing_hashes(a.data_hashes, b.data_hashes, found);
  return found;
}

std::int64_t best_epoch(const record::RunRecord& run, const record::CellRecord& cell) {
  if (cell.training.best_epoch >= 0) return cell.training.best_epoch;
  const auto stage_1 = std::ranges::find(run.stage_1, cell.stage_1, &record::Stage1Record::id);
  return stage_1 == run.stage_1.end() ? -1 : stage_1->training.best_epoch;
}

Cell cell_of(const record::RunRecord& run, const record::CellRecord& cell,
             std::span<const metric::Shot> shots) {
  Cell result{.run = &run,
              .id = cell.id,
              .seed = cell.seed,
              .sampling = cell.sampling,
              .learning = cell.learning,
              .status = cell.error.empty() ? CellStatus::complete : CellStatus::failed,
              .error = cell.error,
              .accuracy = {},
              .tau = {},
              .weights_digest = cell.training.weights_digest};
  if (result.status == CellStatus::failed) return result;
  result.accuracy = metric::group_accuracy(cell.test, shots);
  result.best_epoch = best_epoch(run, cell);
  if (cell.learning == config::LearningKind::tau_normalized) result.tau = cell.tau.chosen;
  return result;
}
}  // namespace

std::vector<Cell> cells_of(const std::vector<record::RunRecord>& runs) {
  std::vector<Cell> cells;
  for (const record::RunRecord& run : runs) {
    const std::vector<metric::Shot> shots = metric::shots_of(run.class_counts, run.shots);
    for (const record::CellRecord& cell : run.cells) cells.push_back(cell_of(run, cell, shots));
    for (const config::PlanCell& planned : config::make_plan(configuration_of(run)).cells) {
      if (std::ranges::find(run.cells, planned.id, &record::CellRecord::id) != run.cells.end()) continue;
      Cell& missing = cells.emplace_back();
      missing.run = &run;
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

void check_alike(const std::vector<record::RunRecord>& runs) {
  std::map<std::string, std::size_t> record_of;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::vector<std::string> found =
        i == 0 ? std::vector<std::string>() : differences(runs[0], runs[i]);
    if (!found.empty()) {
      throw base::ConfigError(
          base::format("records 1 and {} differ in {}, so a mean over their seeds would mix two methods; "
                       "report them one by one",
                       i + 1, base::join(found, "; ")));
    }
    for (const record::CellRecord& cell : runs[i].cells) {
      const auto [other, fresh] = record_of.emplace(cell.id, i);
      if (fresh) continue;
      throw base::ConfigError(base::format(
          "cell {} is in records {} and {}, so its seed would count twice; give each seed in one record",
          cell.id, other->second + 1, i + 1));
    }
  }
}

}  // namespace ltr::report
