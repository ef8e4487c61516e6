// SPDX-License-Identifier: Apache-2.0
#include "grid/runner.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <limits>
#include <map>
#include <optional>

#include <unistd.h>

#include "base/format.hpp"
#include "base/stopwatch.hpp"
#include "config/plan.hpp"
#include "config/toml.hpp"
#include "grid/created_folders.hpp"
#include "grid/crew.hpp"
#include "grid/environment.hpp"
#include "grid/gpu_choice.hpp"
#include "grid/inputs.hpp"
#include "grid/memory_check.hpp"
#include "grid/plan_text.hpp"
#include "grid/progress_line.hpp"
#include "grid/self_check.hpp"
#include "grid/smoke.hpp"
#include "grid/stop_signal.hpp"
#include "grid/workspace.hpp"
#include "learning/node.hpp"
#include "report/table.hpp"
#include "store/atomic_file.hpp"
#include "train/compute_device.hpp"
#include "train/determinism.hpp"
#include "train/host_memory.hpp"

namespace ltr::grid {
namespace {

/// Packs and ranks against the configuration, with one verdict for all ranks.
Inputs checked_inputs(const comm::Group& world, const config::Configuration& configuration) {
  Inputs inputs;
  comm::agree(world, [&] {
    config::check_ranks(configuration, world.size());
    if (world.rank() == 0) check_output(configuration, config::make_plan(configuration));
    inputs = open_inputs(configuration);
  });
  return inputs;
}

/// Runs `work` on rank 0 with one verdict for all ranks.
template <class Work>
void on_rank_0(const comm::Group& world, const Work& work, const comm::Waiting& waiting = {}) {
  comm::agree(
      world,
      [&] {
        if (world.rank() == 0) work();
      },
      waiting);
}

std::string table_of(const record::RunRecord& run) { return report::render({run}, {}); }

/// What a start is to do.
struct Orders {
  Which which = Which::unfinished;
  learning::Limits limits = {};
};

/// One start of a run, from the first node that is left to the merged record.
class Run {
 public:
  Run(const comm::Session& session, const config::Configuration& configuration, const Inputs& inputs,
      base::Log& log, const Orders& orders)
      : world_(session.world()),
        configuration_(configuration),
        inputs_(inputs),
        log_(log),
        orders_(orders),
        plan_(config::make_plan(configuration)),
        journal_(Paths(configuration).folder, plan_),
        environment_(environment(session, configuration)) {
    for (const std::string& notice : inputs.notices) log.warning(notice);
    const config::GroupSizes sizes = config::group_sizes(configuration, world_.size());
    const std::vector<std::string> processors = processor_kinds(session);
    since_start_ = {};  // now that all ranks are here
    on_rank_0(
        world_,
        [&] {
          workspace_.emplace(configuration, plan_, journal_, inputs,
                             world_.size() / std::min(sizes.stage_1, sizes.stage_2), processors, log);
        },
        comm::as_long_as_it_takes());
    share_with_all();
    self_check(session, configuration, Paths(configuration).folder / "lease", log);
    choose_nodes();
  }

  Outcome compute() {
    // Groups of ranks tell of their nodes themselves.
    base::Log own_log(base::Log::Voice::speaking);
    const Job job{configuration_, inputs_, plan_, journal_, lease_, nodes_, orders_.limits, since_start_};
    Crew crew(world_, job, world_.rank() == 0 ? log_ : own_log);
    try {
      // A group that was asked to stop is here while others still write their checkpoints.
      comm::agree(world_, [&] { crew.work(); }, {[&] { return crew.others_at_work(); }});
    } catch (const base::SystemError& error) {
      return {base::ExitStatus::some_cells_failed,
              base::format("The run could not go on: {}\nEvery finished node is kept.\n", error.what())};
    }
    return merge();
  }

 private:
  /// What rank 0 has learned in claiming the output.
  void share_with_all() {
    lease_.file = Paths(configuration_).folder / "lease";
    lease_.content = world_.broadcast(workspace_ ? workspace_->lease().content : "", 0);
    journal_.hold(lease_);
    environment_["vector_instructions"] =
        world_.broadcast(workspace_ ? base::join(workspace_->processors(), "; ") : "", 0);
  }

  /// The nodes of this start, the same on every rank.
  void choose_nodes() {
    std::string marks(plan_.nodes.size(), ' ');
    on_rank_0(world_, [&] { marks = marks_of_all(); });
    marks = world_.broadcast(marks, 0);
    std::size_t finished = 0;
    for (std::size_t i = 0; i < plan_.nodes.size(); ++i) {
      if (marks[i] == kToDo) nodes_.push_back(i);
      finished += marks[i] == kFinished ? 1 : 0;
    }
    if (finished > 0) {
      log_.info(base::format("continuing: {} of {} nodes are finished", finished, plan_.nodes.size()));
    }
  }

  /// A letter a node, on rank 0.
  std::string marks_of_all() {
    const bool failed_ones = orders_.which == Which::failed;
    std::string marks;
    for (const Standing& node : journal_.look()) {
      const bool to_do = failed_ones ? node.failed || node.to_be_retried : !node.failed;
      marks += node.finished ? kFinished : to_do ? kToDo : kLeft;
    }
    if (!failed_ones) return marks;
    mark_needs(marks);
    if (marks.find(kToDo) == marks.npos) {
      throw base::ConfigError(base::format(
          "--retry-failed: no node of {} has failed; there is nothing to try again; run the same "
          "command without it",
          configuration_.run.output));
    }
    journal_.retry_failures();
    return marks;
  }

  /// What a node to be retried stands on may have been set aside as damaged.
  void mark_needs(std::string& marks) const {
    for (std::size_t i = 0; i < marks.size(); ++i) {
      if (marks[i] != kToDo) continue;
      for (std::size_t j = 0; j < i; ++j) {
        const bool needed =
            std::ranges::find(plan_.nodes[i].needs, plan_.nodes[j].id) != plan_.nodes[i].needs.end();
        if (needed && marks[j] == kLeft) marks[j] = kToDo;
      }
    }
  }

  Outcome merge() {
    record::RunRecord run = description();
    std::string state;
    try {
      on_rank_0(world_, [&] { state = merge_on_rank_0(run); }, comm::as_long_as_it_takes());
    } catch (const base::Error& error) {
      return {
          base::ExitStatus::some_cells_failed,
          base::format("The record could not be written: {}\nEvery finished node is kept; the same command "
                       "merges them.\n",
                       error.what())};
    }
    state = world_.broadcast(state, 0);
    if (state == kUnfinished) {
      return {base::ExitStatus::some_cells_failed,
              "What had failed has been tried again, and other nodes are still to be computed; run the same "
              "command without --retry-failed to go on.\n"};
    }
    Outcome outcome;
    outcome.status = state == kFailures ? base::ExitStatus::some_cells_failed : base::ExitStatus::done;
    if (world_.rank() != 0) return outcome;
    outcome.text = table_of(run) + base::format("\nrecord: {}\n", configuration_.run.output);
    if (state == kFailures) {
      outcome.text += "Some cells failed; the same command with --retry-failed tries them again.\n";
    }
    return outcome;
  }

  /// What came of the run.
  std::string merge_on_rank_0(record::RunRecord& run) {
    const std::vector<Standing> standings = journal_.look();
    const auto is_open = [](const Standing& node) { return !node.finished && !node.failed; };
    if (std::ranges::any_of(standings, is_open)) return kUnfinished;
    run.schedule = schedule(standings);
    workspace_->merge(run);
    return std::ranges::any_of(standings, &Standing::failed) ? kFailures : kComplete;
  }

  /// How the nodes of this start were spread, beside the plan's estimate for them.
  record::Schedule schedule(const std::vector<Standing>& standings) const {
    record::Schedule schedule;
    std::vector<double> work = total_work(plan_, inputs_, configuration_);
    std::vector<std::size_t> finished;
    std::vector<record::NodeTime> times;
    double busy_work = 0;
    for (const std::size_t number : nodes_) {
      if (!standings[number].finished) continue;
      const record::NodeTime time = record::read_node_time(journal_.node_file(plan_.nodes[number]));
      work[number] *= time.share;
      busy_work += work[number];
      finished.push_back(number);
      times.push_back(time);
    }
    const auto [makespan_s, busy_s] = elapsed(times);
    if (busy_s <= 0 || busy_work <= 0) return schedule;
    schedule.makespan_s = makespan_s;
    schedule.idle_share = std::max(0.0, 1 - busy_s / (makespan_s * world_.size()));
    const Estimate estimated = estimate(plan_, finished, NodeCosts(plan_, work),
                                        config::group_sizes(configuration_, world_.size()), world_.size());
    schedule.planned_makespan_s = estimated.makespan * busy_s / busy_work;
    schedule.planned_idle_share = estimated.idle_share;
    log_.info(base::format("{} nodes in {}, ranks without work {:.1f} % of it (planned: {}, {:.1f} %)",
                           finished.size(), base::duration(schedule.makespan_s), 100 * schedule.idle_share,
                           base::duration(schedule.planned_makespan_s), 100 * schedule.planned_idle_share));
    return schedule;
  }

  record::RunRecord description() const {
    record::RunRecord run;
    run.configuration = config::to_toml(configuration_);
    run.environment = environment_;
    run.backbone = config::name_of(configuration_.model.backbone);
    run.data_names = inputs_.names();
    run.data_hashes = inputs_.hashes();
    run.data_dropped = inputs_.numbers(&data::Pack::dropped);
    run.data_lenient = inputs_.numbers(&data::Pack::lenient);
    run.test_serves_as_validation = inputs_.test_serves_as_validation;
    run.class_names.assign(inputs_.training->class_names().begin(), inputs_.training->class_names().end());
    run.class_counts.assign(inputs_.training->class_counts().begin(), inputs_.training->class_counts().end());
    run.shots = {.many_above = configuration_.data.shots.many_above,
                 .few_below = configuration_.data.shots.few_below};
    for (const config::PlanNode& node : plan_.nodes) run.plan.push_back(node.id);
    return run;
  }

  static constexpr char kToDo = '1';
  static constexpr char kFinished = '0';
  static constexpr char kLeft = '-';
  static constexpr const char* kComplete = "complete";
  static constexpr const char* kFailures = "failures";
  static constexpr const char* kUnfinished = "unfinished";

  comm::Group world_;
  const config::Configuration& configuration_;
  const Inputs& inputs_;
  base::Log& log_;
  Orders orders_;
  config::Plan plan_;
  Journal journal_;
  LeaseMark lease_;
  base::Stopwatch since_start_;
  std::map<std::string, std::string> environment_;
  std::optional<Workspace> workspace_;  ///< rank 0 alone
  std::vector<std::size_t> nodes_;      ///< of the plan, for this start
};

/// Every node copies the packs to its own disk, if the configuration asks for that.
void stage_inputs(const comm::Session& session, const config::Configuration& configuration, Inputs& inputs,
                  base::Log& log) {
  const std::string& folder = configuration.data.stage;
  if (folder.empty()) return;
  comm::agree(
      session.world(),
      [&] {
        if (session.local_rank().value() == 0) inputs.copy_to(folder, StopSignal::requested, log);
      },
      comm::as_long_as_it_takes());
  comm::agree(session.world(), [&] { inputs.use_copies_in(folder); });
}

/// How every run of nodes sets up its process.
void prepare_process(const comm::Session& session, const config::Configuration& configuration,
                     const Inputs& inputs) {
  // Ranks that miss others leave at once: to take down what still waits for them could itself wait.
  comm::set_stall_timeout(configuration.parallel.stall_timeout_s, [&session](const std::string& text) {
    std::cerr << "ltr_grid: " << text << std::endl;
    session.abort(1);
  });
  train::make_deterministic(configuration.parallel.threads_per_rank);
  train::keep_freed_memory();
  train::set_gpu_arithmetic(configuration.parallel.precision, configuration.parallel.autotune);
  // Reads the GPUs, after make_deterministic has set what CUDA reads at its start.
  const GpuChoice choice = gpus_of(session, configuration.parallel);
  if (!choice.gpus.empty()) {
    require_gpu_memory(session, configuration, choice,
                       memory_of(config::make_plan(configuration), configuration, inputs.training->classes(),
                                 session.world().size()));
  }
  use_chosen_device(session, configuration.parallel, choice);
}

/// A folder beside the record that goes away with this, on rank 0; the others know its name.
class TrialFolder {
 public:
  TrialFolder(const comm::Group& world, const std::string& output) {
    on_rank_0(world, [&] {
      created_.emplace(std::filesystem::absolute(output).parent_path());
      pending_.emplace(output);
    });
    path_ = world.broadcast(pending_ ? pending_->path().string() : "", 0);
  }
  TrialFolder(const TrialFolder&) = delete;
  TrialFolder& operator=(const TrialFolder&) = delete;
  ~TrialFolder() {
    pending_.reset();
    if (created_) created_->remove();
  }
  [[nodiscard]] std::string record() const { return path_ + "/trial.h5"; }

 private:
  std::string path_;
  std::optional<CreatedFolders> created_;
  std::optional<store::PendingFolder> pending_;
};

}  // namespace

Outcome show_plan(const comm::Session& session, const config::Configuration& configuration) {
  const Inputs inputs = checked_inputs(session.world(), configuration);
  const config::Plan plan = config::make_plan(configuration);
  const int ranks = session.world().size();
  const std::string text = plan_text(plan, inputs, configuration, ranks) +
                           gpu_memory_text(session, configuration, plan, inputs.training->classes());
  return {base::ExitStatus::done, text};
}

Outcome run(const comm::Session& session, const config::Configuration& configuration, Which which,
            base::Log& log) {
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
  prepare_process(session, configuration, inputs);
  stage_inputs(session, configuration, inputs, log);
  return Run(session, configuration, inputs, log, {.which = which}).compute();
}

Outcome smoke(const comm::Session& session, const config::Configuration& configuration, base::Log& log) {
  const comm::Group& world = session.world();
  Inputs inputs = checked_inputs(world, configuration);
  prepare_process(session, configuration, inputs);
  stage_inputs(session, configuration, inputs, log);
  const TrialFolder folder(world, configuration.run.output);
  const config::Configuration trial = smoke_configuration(configuration, folder.record());
  const learning::Limits limits = smoke_limits(configuration, world.size());
  Outcome outcome = Run(session, trial, inputs, log, {.limits = limits}).compute();
  std::array<double, 2> peak_bytes{static_cast<double>(train::peak_memory_bytes()),
                                   static_cast<double>(train::peak_gpu_memory_bytes())};
  world.max(peak_bytes);
  if (outcome.status != base::ExitStatus::done) {
    outcome.text =
        "Some nodes failed in the trial, for the reasons above; the whole run would fail there too.\n";
    return outcome;
  }
  on_rank_0(world, [&] {
    const record::RunRecord record = record::read_run(folder.record());
    outcome.text = smoke_text({record, limits, static_cast<std::int64_t>(peak_bytes[0]),
                               static_cast<std::int64_t>(peak_bytes[1]), world.size()},
                              config::make_plan(configuration), inputs, configuration);
  });
  return outcome;
}

}  // namespace ltr::grid
