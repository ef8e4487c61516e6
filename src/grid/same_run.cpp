// SPDX-License-Identifier: Apache-2.0
#include "grid/same_run.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

#include "base/error.hpp"
#include "base/format.hpp"
#include "config/keys.hpp"
#include "config/toml.hpp"
#include "grid/run_folder.hpp"

namespace ltr::grid {

void check_same_configuration(const config::Configuration& here, const std::string& there_text,
                              const std::filesystem::path& place) {
  const config::Configuration there = config::parse_configuration(there_text, place.string());
  std::vector<std::string> keys;
  for (const config::KeyDifference& difference : config::differing_keys(here, there)) {
    if (config::changes_results(config::key_of(difference.key))) keys.push_back(difference.text());
  }
  if (keys.empty()) return;
  throw base::ConfigError(
      base::format("{} was begun with another configuration ({}); results of two configurations must not "
                   "mix; choose another "
                   "run.output, or remove it to start afresh",
                   place.string(), base::join(keys, "; ")));
}

std::string hash_lines(const std::map<std::string, std::string>& hashes) {
  std::string text;
  for (const auto& [name, hash] : hashes) text += name + " " + hash + "\n";
  return text;
}

void check_same_data(const std::string& here, const std::string& there, const std::filesystem::path& place) {
  if (here == there) return;
  std::vector<std::string> differing;
  std::istringstream lines(here);
  for (std::string line; std::getline(lines, line);) {
    if (there.find(line + "\n") == there.npos) differing.push_back(line.substr(0, line.find(' ')));
  }
  throw base::ConfigError(
      base::format("the packs or the weights file have changed since {} was begun ({}); results of different "
                   "data must not mix; restore them, or choose another run.output",
                   place.string(), base::join(differing, ", ")));
}

void check_same_device(const std::string& here, const std::string& there,
                       const std::filesystem::path& place) {
  if (here == there) return;
  throw base::ConfigError(base::format(
      "{} was begun on {}, and this start computes on {}: their bits differ, and results of both must not "
      "mix; go on where there are the same, set parallel.device = \"{}\", or choose another run.output",
      place.string(), there, here, there == "GPUs" ? "cuda" : "cpu"));
}

std::optional<record::RunRecord> find_run(const config::Configuration& configuration) {
  const RunPaths paths(configuration);
  if (!std::filesystem::exists(paths.output)) return std::nullopt;
  record::RunRecord run = record::read_run(paths.output);
  check_same_configuration(configuration, run.configuration, paths.output);
  return run;
}

std::optional<record::RunRecord> find_complete_run(const config::Configuration& configuration,
                                                   const std::map<std::string, std::string>& data_hashes) {
  std::optional<record::RunRecord> run = find_run(configuration);
  if (!run) return std::nullopt;
  check_same_data(hash_lines(data_hashes), hash_lines(run->data_hashes), configuration.run.output);
  const bool complete =
      std::ranges::all_of(run->cells, [](const record::CellRecord& cell) { return cell.error.empty(); });
  return complete ? run : std::nullopt;
}

}  // namespace ltr::grid
