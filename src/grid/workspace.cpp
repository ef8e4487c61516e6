// SPDX-License-Identifier: Apache-2.0
#include "grid/workspace.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <system_error>

#include "base/error.hpp"
#include "base/format.hpp"
#include "config/toml.hpp"
#include "grid/created_folders.hpp"
#include "learning/disk_space.hpp"
#include "learning/strategy.hpp"
#include "store/atomic_file.hpp"
#include "store/free_space.hpp"
#include "train/compute_device.hpp"

namespace ltr::grid {
namespace {

constexpr const char* kConfigurationFile = "configuration.toml";
constexpr const char* kDataFile = "data_hashes.txt";
constexpr const char* kDeviceFile = "device.txt";

/// Loader, checkpoints and the spreading over ranks change when things happen, never what comes out.
bool changes_results(const std::string& key) {
  constexpr std::array<std::string_view, 7> kWithoutEffect{
      "loader.",           "checkpoint.",         "parallel.ranks_per_cell", "parallel.share_gpus",
      "parallel.exchange", "parallel.cuda_graph", "parallel.stall_timeout_s"};
  return std::ranges::none_of(kWithoutEffect, [&](std::string_view start) { return key.starts_with(start); });
}

void check_same_configuration(const config::Configuration& here, const std::string& there_text,
                              const std::filesystem::path& place) {
  const config::Configuration there = config::parse_configuration(there_text, place.string());
  std::vector<std::string> keys = config::differing_keys(here, there);
  std::erase_if(keys, [](const std::string& key) { return !changes_results(key); });
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

/// parallel.device = "auto" may mean another device at another start.
void check_same_device(const std::string& here, const std::string& there,
                       const std::filesystem::path& place) {
  if (here == there) return;
  throw base::ConfigError(base::format(
      "{} was begun on {}, and this start computes on {}: their bits differ, and results of both must not "
      "mix; go on where there are the same, set parallel.device = \"{}\", or choose another run.output",
      place.string(), there, here, there == "GPUs" ? "cuda" : "cpu"));
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  store::write_atomically(path, std::as_bytes(std::span(text)));
}

/// What a killed writer left half-written.
void remove_partial_files(const std::filesystem::path& folder) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().find(".partial-") != std::string::npos) {
      std::filesystem::remove(entry.path());
    }
  }
}

}  // namespace

Paths::Paths(const config::Configuration& configuration)
    : output(configuration.run.output), folder(configuration.run.output + ".parts") {}

std::optional<record::RunRecord> find_run(const config::Configuration& configuration) {
  const Paths paths(configuration);
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

Workspace::Workspace(const config::Configuration& configuration, const config::Plan& plan,
                     const Journal& journal, const Inputs& inputs, std::int64_t groups, base::Log& log)
    : plan_(&plan), journal_(&journal), paths_(configuration) {
  const CreatedFolders created(paths_.folder);
  try {
    lease_.emplace(paths_.folder / "lease", log);
    if (find_complete_run(configuration, inputs.hashes())) {
      throw base::ConfigError(base::format(
          "another run has just finished {}; nothing is left to do; run the same command again to "
          "see its table",
          paths_.output.string()));
    }
    set_damaged_nodes_aside(log);
    const std::filesystem::path configuration_file = paths_.folder / kConfigurationFile;
    const std::filesystem::path data_file = paths_.folder / kDataFile;
    const std::string data_hashes = hash_lines(inputs.hashes());
    const bool begun = std::filesystem::exists(configuration_file);
    if (begun)
      check_same_configuration(configuration, store::read_text_file(configuration_file), paths_.folder);
    if (std::filesystem::exists(data_file)) {
      check_same_data(data_hashes, store::read_text_file(data_file), paths_.folder);
    } else {
      write_text(data_file, data_hashes);
    }
    const std::filesystem::path device_file = paths_.folder / kDeviceFile;
    const std::string device = train::compute_device().is_cpu() ? "processors" : "GPUs";
    if (std::filesystem::exists(device_file)) {
      check_same_device(device, store::read_text_file(device_file), paths_.folder);
    } else {
      write_text(device_file, device);
    }
    if (!begun) write_text(configuration_file, config::to_toml(configuration));
    remove_partial_files(paths_.folder);
    journal.begin();
    const std::int64_t needed =
        learning::disk_space(configuration, unfinished(),
                             {.classes = inputs.training->classes(),
                              .evaluation_images = inputs.validation->images() + inputs.test->images()},
                             groups);
    store::require_free_space(paths_.folder, static_cast<std::uint64_t>(needed),
                              "the run with its weights, checkpoints and features");
  } catch (...) {
    lease_.reset();
    created.remove();
    throw;
  }
}

std::vector<const config::PlanNode*> Workspace::unfinished() const {
  const std::vector<Standing> standings = journal_->look();
  std::vector<const config::PlanNode*> nodes;
  for (std::size_t i = 0; i < standings.size(); ++i) {
    if (!standings[i].finished) nodes.push_back(&plan_->nodes[i]);
  }
  return nodes;
}

void Workspace::set_damaged_nodes_aside(base::Log& log) const {
  const std::vector<Standing> standings = journal_->look();
  for (std::size_t i = 0; i < standings.size(); ++i) {
    const config::PlanNode& node = plan_->nodes[i];
    if (!standings[i].finished) continue;
    try {
      (void)record::read_node(journal_->node_file(node));
    } catch (const record::OtherSchema&) {
      throw;
    } catch (const base::DataError& error) {
      const std::filesystem::path file = journal_->node_file(node);
      const std::filesystem::path aside = file.string() + ".damaged";
      std::filesystem::rename(file, aside);
      log.warning(base::format("{}; {} is computed again; the file is now {}", error.what(), node.id,
                               aside.string()));
    }
  }
}

void Workspace::merge(record::RunRecord& run) const {
  const std::map<std::string, std::string> errors = journal_->failures();
  const std::vector<Standing> standings = journal_->look();
  for (std::size_t i = 0; i < standings.size(); ++i) {
    const config::PlanNode& node = plan_->nodes[i];
    if (!standings[i].finished) continue;
    record::NodeRecord done = record::read_node(journal_->node_file(node));
    std::ranges::move(done.stage_1, std::back_inserter(run.stage_1));
    std::ranges::move(done.cells, std::back_inserter(run.cells));
    run.schedule.nodes.push_back(std::move(done.time));
  }
  for (const config::PlanCell& cell : plan_->cells) {
    const auto error = errors.find(cell.node);
    if (error == errors.end()) continue;
    record::CellRecord failed;
    failed.id = cell.id;
    failed.seed = cell.seed;
    failed.sampling = cell.sampling;
    failed.learning = cell.learning;
    failed.error = error->second;
    run.cells.push_back(std::move(failed));
  }
  // The record's cells stand in the plan's order, whichever node finished them.
  std::map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < plan_->cells.size(); ++i) place[plan_->cells[i].id] = i;
  std::ranges::sort(run.cells, {}, [&place](const record::CellRecord& cell) { return place.at(cell.id); });
  record::write_run(run, paths_.output);
  if (!errors.empty()) return;
  journal_->clear();
  std::filesystem::remove(paths_.folder / kConfigurationFile);
  std::filesystem::remove(paths_.folder / kDataFile);
  std::filesystem::remove(paths_.folder / kDeviceFile);
}

}  // namespace ltr::grid
