// SPDX-License-Identifier: Apache-2.0
#include "grid/run_folder.hpp"

#include <algorithm>
#include <sstream>
#include <system_error>

#include <unistd.h>

#include "base/error.hpp"
#include "base/format.hpp"
#include "config/toml.hpp"
#include "grid/created_folders.hpp"
#include "grid/same_run.hpp"
#include "learning/cell.hpp"
#include "learning/disk_space.hpp"
#include "learning/node.hpp"
#include "record/check.hpp"
#include "store/atomic_file.hpp"
#include "store/free_space.hpp"

namespace ltr::grid {
namespace {

constexpr const char* kConfigurationFile = "configuration.toml";
constexpr const char* kDataFile = "data_hashes.txt";
constexpr const char* kDeviceFile = "device.txt";
constexpr const char* kProcessorsFile = "processors.txt";

/// What a killed writer left half-written.
void remove_partial_files(const std::filesystem::path& folder) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().find(".partial-") != std::string::npos) {
      std::filesystem::remove(entry.path());
    }
  }
}

}  // namespace

RunPaths::RunPaths(const config::Configuration& configuration)
    : output(configuration.run.output), folder(configuration.run.output + ".parts") {}

void check_output(const config::Configuration& configuration, const config::Plan& plan) {
  const RunPaths paths(configuration);
  const auto refuse = [&](const std::string& what) {
    throw base::ConfigError(
        base::format("run.output = \"{}\": {}; results and checkpoints go there; choose another",
                     configuration.run.output, what));
  };
  std::error_code unseen;
  if (paths.output.filename().empty() || std::filesystem::is_directory(paths.output, unseen)) {
    refuse("it names a folder, not a file");
  }
  std::filesystem::path there = std::filesystem::absolute(paths.output).parent_path();
  while (!std::filesystem::exists(there, unseen) && there != there.parent_path()) there = there.parent_path();
  if (!std::filesystem::is_directory(there, unseen)) refuse(base::format("{} is no folder", there.string()));
  try {
    const store::PendingFolder trial(there / "ltr_grid");
  } catch (const base::SystemError& error) {
    refuse(error.what());
  }
  const std::string suffix(store::kPendingSuffix, '-');
  std::vector<std::string> names{paths.folder.filename().string(), paths.output.filename().string() + suffix};
  for (const config::PlanNode& node : plan.nodes) names.push_back(node.id + ".safetensors" + suffix);
  for (const config::PlanCell& cell : plan.cells) names.push_back(cell.id + ".safetensors" + suffix);
  const std::size_t longest = std::ranges::max(names, {}, &std::string::size).size();
  const long most = ::pathconf(there.c_str(), _PC_NAME_MAX);
  if (most > 0 && longest > static_cast<std::size_t>(most)) {
    refuse(base::format("a file there would have a name of {} characters, and {} takes {}", longest,
                        there.string(), most));
  }
}

RunFolder::RunFolder(const config::Configuration& configuration, const config::Plan& plan, Journal& journal,
                     const Inputs& inputs, const Start& start, base::Log& log)
    : plan_(&plan),
      journal_(&journal),
      paths_(configuration),
      notes_(paths_.folder, log),
      classes_(static_cast<std::size_t>(inputs.training->classes())) {
  const CreatedFolders created(paths_.folder);
  try {
    lease_.emplace(paths_.folder / "lease", log, start.stop_requested);
    journal.hold(lease());
    take_up(configuration, inputs, start.on_gpus, log);
    note_processors(start.processors, log);
    journal.begin();
    const std::int64_t needed =
        learning::disk_space(configuration, unfinished(),
                             {.classes = inputs.training->classes(),
                              .evaluation_images = inputs.validation->images() + inputs.test->images()},
                             start.groups);
    store::require_free_space(paths_.folder, static_cast<std::uint64_t>(needed),
                              "the run with its weights, checkpoints and features");
  } catch (...) {
    if (lease_ && lease().ours()) notes_.take_back();
    lease_.reset();
    created.remove();
    throw;
  }
}

/// What an earlier start has left, if it is of the same run.
void RunFolder::take_up(const config::Configuration& configuration, const Inputs& inputs, bool on_gpus,
                        base::Log& log) {
  if (find_complete_run(configuration, inputs.hashes())) {
    throw base::ConfigError(
        base::format("another run has just finished {}; nothing is left to do; run the same command again to "
                     "see its table",
                     paths_.output.string()));
  }
  const std::string device = on_gpus ? "GPUs" : "processors";
  const std::string data_hashes = hash_lines(inputs.hashes());
  if (const auto there = notes_.read(kConfigurationFile)) {
    check_same_configuration(configuration, *there, paths_.folder);
  }
  if (const auto there = notes_.read(kDataFile)) check_same_data(data_hashes, *there, paths_.folder);
  if (const auto there = notes_.read(kDeviceFile)) check_same_device(device, *there, paths_.folder);
  set_unsound_aside(log);
  notes_.write_once(kDataFile, data_hashes);
  notes_.write_once(kDeviceFile, device);
  notes_.write_once(kConfigurationFile, config::to_toml(configuration));
  remove_partial_files(paths_.folder);
  store::remove_leftovers(paths_.output);
}

/// Bits are promised for one kind.
void RunFolder::note_processors(const std::vector<std::string>& processors, base::Log& log) {
  std::istringstream lines(notes_.read(kProcessorsFile).value_or(""));
  for (std::string line; std::getline(lines, line);) processors_.push_back(line);
  const std::size_t before = processors_.size();
  for (const std::string& kind : processors) {
    if (std::ranges::find(processors_, kind) == processors_.end()) processors_.push_back(kind);
  }
  if (before > 0 && processors_.size() > before) {
    log.warning(base::format(
        "this run was begun on {} and goes on on {}: bits of the result are promised for one kind of "
        "processor only, so they will be neither's; the record names both",
        base::join(std::span(processors_).first(before), " and "), base::join(processors, " and ")));
  } else if (processors.size() > 1) {
    log.warning(
        base::format("ranks compute on several kinds of processors: {}; bits of the result are promised for "
                     "one kind only; the record names them",
                     base::join(processors, "; ")));
  }
  if (processors_.size() == before) return;
  notes_.write(kProcessorsFile, base::join(processors_, "\n") + "\n");
}

std::vector<const config::PlanNode*> RunFolder::unfinished() const {
  const std::vector<NodeStatus> statuses = journal_->scan();
  std::vector<const config::PlanNode*> nodes;
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    if (!statuses[i].finished) nodes.push_back(&plan_->nodes[i]);
  }
  return nodes;
}

record::NodeRecord RunFolder::read_node(const config::PlanNode& node) const {
  const std::filesystem::path file = journal_->node_file(node);
  record::NodeRecord record = record::read_node(file);
  record::check_node(record, node, classes_, file);
  return record;
}

void RunFolder::set_aside(const std::filesystem::path& file, std::string_view what, std::string_view node,
                          base::Log& log) const {
  const std::filesystem::path aside = file.string() + ".damaged";
  std::error_code absent;
  std::filesystem::rename(file, aside, absent);
  log.warning(base::format("{}; {} is computed again{}", what, node,
                           absent ? "" : base::format("; the file is now {}", aside.string())));
}

/// Damage alone: a disk that cannot be read says nothing about what it holds.
void RunFolder::set_unsound_aside(base::Log& log) const {
  const std::vector<NodeStatus> found = journal_->scan();
  std::vector<std::string> weights(found.size());  // digests of stage 1s
  for (std::size_t i = 0; i < found.size(); ++i) {
    const config::PlanNode& node = plan_->nodes[i];
    if (!found[i].finished) continue;
    try {
      const record::NodeRecord record = read_node(node);
      if (!record.stage_1.empty()) weights[i] = record.stage_1.front().training.weights_digest;
    } catch (const record::OtherSchema&) {
      throw;
    } catch (const base::DataError& error) {
      set_aside(journal_->node_file(node), error.what(), node.id, log);
    }
  }
  const std::vector<NodeStatus> sound = journal_->scan();
  for (std::size_t i = 0; i < sound.size(); ++i) {
    if (sound[i].finished) check_kept_weights(i, weights[i], sound, log);
  }
}

/// A finished stage 1 is worth no more than its weights where others are still to stand on them.
void RunFolder::check_kept_weights(std::size_t number, const std::string& digest,
                                   const std::vector<NodeStatus>& statuses, base::Log& log) const {
  const config::PlanNode& node = plan_->nodes[number];
  bool needed = false;
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    needed = needed || (!statuses[i].finished &&
                        std::ranges::find(plan_->nodes[i].needs, node.id) != plan_->nodes[i].needs.end());
  }
  if (!needed) return;
  const std::filesystem::path file = learning::weights_file(paths_.folder, node.id);
  try {
    if (std::filesystem::exists(file) && learning::kept_digest(paths_.folder, node.id) == digest) return;
    set_aside(file,
              base::format(
                  "{} {}", file.string(),
                  std::filesystem::exists(file) ? "holds other weights than training has left" : "is gone"),
              node.id, log);
  } catch (const base::DataError& error) {
    set_aside(file, error.what(), node.id, log);
  }
  std::filesystem::remove(journal_->node_file(node));
}

/// Nothing that a record stands on goes before it has been found sound; one that is not would stop every
/// start.
void RunFolder::read_back(const record::RunRecord& run) const {
  std::string damage;
  try {
    if (record::digests(record::read_run(paths_.output)).results == record::digests(run).results) return;
    damage = base::format("{} does not hold what was written", paths_.output.string());
  } catch (const base::DataError& error) {
    damage = error.what();
  }
  std::filesystem::rename(paths_.output, paths_.output.string() + ".damaged");
  throw base::DataError(base::format(
      "{}; the disk or the way to it changes bytes, so the file is now {}.damaged; check it, then "
      "run the same command again",
      damage, paths_.output.string()));
}

void RunFolder::collect(record::RunRecord& run) const {
  const std::map<std::string, std::string> errors = journal_->failures();
  const std::vector<NodeStatus> statuses = journal_->scan();
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    const config::PlanNode& node = plan_->nodes[i];
    if (!statuses[i].finished) continue;
    record::NodeRecord done = read_node(node);
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
}

void RunFolder::write(const record::RunRecord& run) const {
  lease().require();
  record::check_run(run, paths_.output);
  record::write_run(run, paths_.output);
  read_back(run);
  lease().require();
  if (!journal_->failures().empty()) return;
  journal_->clear();
  for (const char* name : {kConfigurationFile, kDataFile, kDeviceFile, kProcessorsFile}) {
    notes_.remove(name);
  }
}

}  // namespace ltr::grid
