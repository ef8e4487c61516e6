// SPDX-License-Identifier: Apache-2.0
#include "grid/runner.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include <unistd.h>

#include "base/format.hpp"
#include "base/stopwatch.hpp"
#include "config/plan.hpp"
#include "config/toml.hpp"
#include "grid/created_folders.hpp"
#include "grid/environment.hpp"
#include "grid/inputs.hpp"
#include "grid/plan_text.hpp"
#include "grid/progress_line.hpp"
#include "grid/smoke.hpp"
#include "grid/stop_signal.hpp"
#include "grid/workspace.hpp"
#include "learning/strategy.hpp"
#include "report/table.hpp"
#include "train/determinism.hpp"
#include "train/host_memory.hpp"

namespace ltr::grid {
namespace {

/// Packs and ranks against the configuration, with one verdict for all ranks.
Inputs checked_inputs(const comm::Group& world, const config::Configuration& configuration) {
  Inputs inputs;
  comm::agree(world, [&] {
    config::check_ranks(configuration, world.size());
    inputs = open_inputs(configuration);
  });
  return inputs;
}

/// Runs `work` on rank 0 with one verdict for all ranks.
template <class Work>
void on_rank_0(const comm::Group& world, const Work& work) {
  comm::agree(world, [&] {
    if (world.rank() == 0) work();
  });
}

std::string table_of(const record::RunRecord& run) { return report::render({run}, report::Format::text); }

/// The nodes of one run, from the first unfinished one to the merged record.
class Run {
 public:
  Run(const comm::Session& session, const config::Configuration& configuration, const Inputs& inputs,
      base::Log& log, const learning::Limits& limits = {})
      : world_(session.world()),
        configuration_(configuration),
        inputs_(inputs),
        log_(log),
        limits_(limits),
        plan_(config::make_plan(configuration)),
        environment_(environment(session, configuration)) {
    if (!inputs.weights_notice.empty()) log.info(inputs.weights_notice);
    on_rank_0(world_, [&] { workspace_.emplace(configuration, plan_, inputs, log); });
    find_unfinished();
  }

  Outcome compute() {
    double total_work = 0;
    for (const config::PlanNode* node : unfinished_)
      total_work += work_of(*node, inputs_, configuration_).total();
    ProgressLine line(total_work);
    for (const config::PlanNode* node : unfinished_) {
      line.begin_node(*node, number_of(*node), plan_.nodes.size(),
                      work_of(*node, inputs_, configuration_).total());
      compute_node(*node, line);
      line.end_node();
    }
    return merge();
  }

 private:
  /// A node's place in the plan, from 1.
  [[nodiscard]] std::size_t number_of(const config::PlanNode& node) const {
    return static_cast<std::size_t>(&node - plan_.nodes.data()) + 1;
  }

  void find_unfinished() {
    std::string marks(plan_.nodes.size(), '1');
    on_rank_0(world_, [&] {
      for (const config::PlanNode* node : workspace_->unfinished()) marks[number_of(*node) - 1] = '0';
    });
    marks = world_.broadcast(marks, 0);
    for (std::size_t i = 0; i < plan_.nodes.size(); ++i) {
      if (marks[i] == '0') unfinished_.push_back(&plan_.nodes[i]);
    }
    if (unfinished_.size() < plan_.nodes.size()) {
      log_.info(base::format("continuing: {} of {} nodes are finished",
                             plan_.nodes.size() - unfinished_.size(), plan_.nodes.size()));
    }
  }

  /// A node that fails, or stands on one that failed, is noted; a stop and a bad configuration end the run.
  void compute_node(const config::PlanNode& node, ProgressLine& line) {
    for (const std::string& needed : node.needs) {
      const auto failed = errors_.find(needed);
      if (failed == errors_.end()) continue;
      errors_[node.id] = base::format("{} failed: {}", needed, failed->second);
      return;
    }
    const learning::Context context{
        .configuration = configuration_,
        .group = world_,
        .training = *inputs_.training,
        .validation = *inputs_.validation,
        .test = *inputs_.test,
        .folder = Paths(configuration_).folder,
        .progress = [&](const train::Progress& progress) { log_.progress(line.line(progress)); },
        .pass_progress = [&](const learning::PassProgress& progress) { log_.progress(line.line(progress)); },
        .stop_requested = StopSignal::requested,
        .limits = limits_,
    };
    const base::Stopwatch watch;
    comm::agree(world_, [] {
      if (!StopSignal::requested()) return;
      throw base::Stopped("asked to stop between two nodes of the plan; run the same command again to go on");
    });
    try {
      record::NodeRecord done = learning::run_node(context, node);
      done.seconds = watch.seconds();
      on_rank_0(world_, [&] { workspace_->finish(node, done); });
    } catch (const base::Stopped&) {
      throw;
    } catch (const base::ConfigError&) {
      throw;
    } catch (const base::Error& error) {
      log_.error(base::format("{}: {}", node.id, error.what()));
      errors_[node.id] = error.what();
      return;
    }
    log_.info(base::format("{} done in {}", node.id, base::duration(watch.seconds())));
  }

  Outcome merge() {
    record::RunRecord run = description();
    Outcome outcome;
    try {
      on_rank_0(world_, [&] { workspace_->merge(errors_, run); });
    } catch (const base::Error& error) {
      outcome.status = base::ExitStatus::some_cells_failed;
      outcome.text = base::format(
          "The record could not be written: {}\nEvery finished node is kept; the same "
          "command merges them.\n",
          error.what());
      return outcome;
    }
    outcome.status = errors_.empty() ? base::ExitStatus::done : base::ExitStatus::some_cells_failed;
    if (world_.rank() != 0) return outcome;
    outcome.text = table_of(run) + base::format("\nrecord: {}\n", configuration_.run.output);
    if (!errors_.empty()) {
      outcome.text += "Some cells failed; run the same command again to retry them.\n";
    }
    return outcome;
  }

  record::RunRecord description() const {
    record::RunRecord run;
    run.configuration = config::to_toml(configuration_);
    run.environment = environment_;
    run.backbone = config::name_of(configuration_.model.backbone);
    run.data_names = inputs_.names();
    run.data_hashes = inputs_.hashes();
    run.test_serves_as_validation = inputs_.test_serves_as_validation;
    run.class_names.assign(inputs_.training->class_names().begin(), inputs_.training->class_names().end());
    run.class_counts.assign(inputs_.training->class_counts().begin(), inputs_.training->class_counts().end());
    run.shots = {.many_above = configuration_.data.shots.many_above,
                 .few_below = configuration_.data.shots.few_below};
    for (const config::PlanNode& node : plan_.nodes) run.plan.push_back(node.id);
    return run;
  }

  comm::Group world_;
  const config::Configuration& configuration_;
  const Inputs& inputs_;
  base::Log& log_;
  learning::Limits limits_;
  config::Plan plan_;
  std::map<std::string, std::string> environment_;
  std::optional<Workspace> workspace_;  ///< rank 0 alone
  std::vector<const config::PlanNode*> unfinished_;
  std::map<std::string, std::string> errors_;  ///< by node id, the same on every rank
};

/// Every node copies the packs to its own disk, if the configuration asks for that.
void stage_inputs(const comm::Session& session, const config::Configuration& configuration, Inputs& inputs,
                  base::Log& log) {
  const std::string& folder = configuration.data.stage;
  if (folder.empty()) return;
  comm::agree(session.world(), [&] {
    if (session.local_rank().value() == 0) inputs.copy_to(folder, StopSignal::requested, log);
  });
  comm::agree(session.world(), [&] { inputs.use_copies_in(folder); });
}

/// How every run of nodes sets up its process.
void prepare_process(const config::Configuration& configuration) {
  train::make_deterministic(configuration.parallel.threads_per_rank);
  train::keep_freed_memory();
}

/// A folder beside the record that goes away with this, on rank 0; the others know its name.
class TrialFolder {
 public:
  TrialFolder(const comm::Group& world, const std::string& output)
      : path_(world.broadcast(base::format("{}.smoke-{}", output, getpid()), 0)) {
    on_rank_0(world, [&] { created_.emplace(path_); });
  }
  TrialFolder(const TrialFolder&) = delete;
  TrialFolder& operator=(const TrialFolder&) = delete;
  ~TrialFolder() {
    if (created_) created_->remove();
  }
  [[nodiscard]] std::string record() const { return path_ + "/trial.h5"; }

 private:
  std::string path_;
  std::optional<CreatedFolders> created_;
};

}  // namespace

Outcome show_plan(const comm::Session& session, const config::Configuration& configuration) {
  const Inputs inputs = checked_inputs(session.world(), configuration);
  return {base::ExitStatus::done,
          plan_text(config::make_plan(configuration), inputs, configuration, session.world().size())};
}

Outcome run(const comm::Session& session, const config::Configuration& configuration, base::Log& log) {
  const comm::Group& world = session.world();
  Inputs inputs = checked_inputs(world, configuration);
  std::optional<record::RunRecord> complete;
  on_rank_0(world, [&] { complete = find_complete_run(configuration, inputs.hashes()); });
  if (world.broadcast(complete ? "complete" : "", 0) == "complete") {
    if (world.rank() != 0) return {};
    return {
        base::ExitStatus::done,
        table_of(*complete) + base::format("\n{} holds every cell of this configuration; nothing to do.\n",
                                           configuration.run.output)};
  }
  prepare_process(configuration);
  const StopSignal stop_signal;
  stage_inputs(session, configuration, inputs, log);
  return Run(session, configuration, inputs, log).compute();
}

Outcome smoke(const comm::Session& session, const config::Configuration& configuration, base::Log& log) {
  const comm::Group& world = session.world();
  Inputs inputs = checked_inputs(world, configuration);
  prepare_process(configuration);
  const StopSignal stop_signal;
  stage_inputs(session, configuration, inputs, log);
  const TrialFolder folder(world, configuration.run.output);
  const config::Configuration trial = smoke_configuration(configuration, folder.record());
  const learning::Limits limits = smoke_limits(world.size());
  Outcome outcome = Run(session, trial, inputs, log, limits).compute();
  std::array<double, 1> peak_bytes{static_cast<double>(train::peak_memory_bytes())};
  world.max(peak_bytes);
  if (outcome.status != base::ExitStatus::done) {
    outcome.text =
        "Some nodes failed in the trial, for the reasons above; the whole run would fail there too.\n";
    return outcome;
  }
  on_rank_0(world, [&] {
    outcome.text =
        smoke_text(record::read_run(folder.record()), limits, static_cast<std::int64_t>(peak_bytes[0]),
                   config::make_plan(configuration), inputs, configuration);
  });
  return outcome;
}

}  // namespace ltr::grid
