// SPDX-License-Identifier: Apache-2.0
#include "grid/run.hpp"

#include <algorithm>
#include <span>

#include "base/error.hpp"
#include "base/format.hpp"
#include "config/toml.hpp"
#include "grid/environment.hpp"
#include "grid/rank_0.hpp"
#include "grid/schedule_simulation.hpp"
#include "grid/self_check.hpp"
#include "render/report.hpp"

namespace ltr::grid {

Run::Run(const ProcessContext& process, const config::Configuration& configuration, const Inputs& inputs,
         const Placement& placement, const RunRequest& request)
    : process_(process),
      world_(process.session.world()),
      configuration_(configuration),
      inputs_(inputs),
      placement_(placement),
      request_(request),
      plan_(config::make_plan(configuration)),
      journal_(RunPaths(configuration).folder, plan_),
      environment_(environment(placement, configuration)) {
  for (const std::string& notice : inputs.notices) process.log.warning(notice);
  claim_output();
  if (folder_) self_check(placement, configuration, lease_.file, process.log);
  choose_nodes();
}

/// By rank 0, and what it learns of all.
void Run::claim_output() {
  const config::GroupSizes sizes = config::group_sizes(configuration_, world_.size());
  world_.barrier();
  since_start_ = {};  // now that all ranks are here
  on_rank_0(
      world_,
      [&] {
        folder_.emplace(configuration_, plan_, journal_, inputs_,
                        Start{.groups = world_.size() / std::min(sizes.stage_1, sizes.stage_2),
                              .processors = placement_.processor_kinds(),
                              .on_gpus = placement_.on_gpus(),
                              .stop_requested = process_.stop_requested},
                        process_.log);
      },
      comm::as_long_as_it_takes());
  lease_.file = RunPaths(configuration_).folder / "lease";
  lease_.content = world_.broadcast(folder_ ? folder_->lease().content : "", 0);
  journal_.hold(lease_);
  environment_["vector_instructions"] =
      world_.broadcast(folder_ ? base::join(folder_->processors(), "; ") : "", 0);
}

/// The nodes of this start, the same on every rank.
void Run::choose_nodes() {
  std::vector<NodeStatus> statuses(plan_.nodes.size());
  if (world_.rank() == 0) statuses = journal_.scan();
  world_.broadcast(std::as_writable_bytes(std::span(statuses)), 0);
  nodes_ = select_nodes(plan_, statuses, request_.nodes);
  if (request_.nodes == NodeFilter::failed) {
    if (nodes_.empty()) {
      throw base::ConfigError(base::format(
          "--retry-failed: no node of {} has failed; there is nothing to try again; run the same "
          "command without it",
          configuration_.run.output));
    }
    on_rank_0(world_, [&] { journal_.retry_failures(); });
  }
  const auto finished = std::ranges::count(statuses, true, &NodeStatus::finished);
  if (finished == 0) return;
  process_.log.info(base::format("continuing: {} of {} nodes are finished", finished, plan_.nodes.size()));
}

Job Run::job() const {
  const auto compute = [this](const NodeTask& task) {
    const learning::Context context{.configuration = configuration_,
                                    .group = task.group,
                                    .training = *inputs_.training,
                                    .validation = *inputs_.validation,
                                    .test = *inputs_.test,
                                    .folder = RunPaths(configuration_).folder,
                                    .progress = task.progress,
                                    .pass_progress = task.pass_progress,
                                    .stop_requested = task.stop_requested,
                                    .warn = task.warn,
                                    .before_write = [this] { lease_.require(); },
                                    .limits = request_.limits,
                                    .device = placement_.device};
    return learning::run_node(context, task.node);
  };
  return {.configuration = configuration_,
          .plan = plan_,
          .journal = journal_,
          .nodes = nodes_,
          .work = total_work(plan_, inputs_, configuration_),
          .compute = compute,
          .stop_requested = process_.stop_requested,
          .since_start = since_start_};
}

Outcome Run::compute() {
  // Groups of ranks tell of their nodes themselves.
  base::Log own_log(base::Log::Voice::speaking);
  const Job job = this->job();
  WorkerGroup group(world_, job, world_.rank() == 0 ? process_.log : own_log);
  try {
    // A group that was asked to stop is here while others still write their checkpoints.
    comm::agree(world_, [&] { group.work(); }, {[&] { return group.others_at_work(); }});
  } catch (const base::SystemError& error) {
    return {base::ExitStatus::some_cells_failed,
            base::format("The run could not go on: {}\nEvery finished node is kept.\n", error.what())};
  }
  return merge();
}

Outcome Run::merge() {
  record::RunRecord run = description();
  State state = State::complete;
  try {
    on_rank_0(world_, [&] { state = merge_on_rank_0(run); }, comm::as_long_as_it_takes());
  } catch (const base::Error& error) {
    return {base::ExitStatus::some_cells_failed,
            base::format("The record could not be written: {}\nEvery finished node is kept; the same command "
                         "merges them.\n",
                         error.what())};
  }
  state = of_rank_0(world_, state);
  if (state == State::unfinished) {
    return {base::ExitStatus::some_cells_failed,
            "What had failed has been tried again, and other nodes are still to be computed; run the same "
            "command without --retry-failed to go on.\n"};
  }
  Outcome outcome;
  outcome.status = state == State::failures ? base::ExitStatus::some_cells_failed : base::ExitStatus::done;
  if (world_.rank() != 0) return outcome;
  outcome.text =
      render::print(report::Results({run}), {}) + base::format("\nrecord: {}\n", configuration_.run.output);
  if (state == State::failures) {
    outcome.text += "Some cells failed; the same command with --retry-failed tries them again.\n";
  }
  return outcome;
}

Run::State Run::merge_on_rank_0(record::RunRecord& run) {
  const std::vector<NodeStatus> statuses = journal_.scan();
  const auto is_open = [](const NodeStatus& node) { return !node.finished && !node.failed; };
  if (std::ranges::any_of(statuses, is_open)) return State::unfinished;
  folder_->collect(run);
  summarise(run.schedule);
  folder_->write(run);
  return std::ranges::any_of(statuses, &NodeStatus::failed) ? State::failures : State::complete;
}

/// How the nodes of this start were spread, beside the plan's estimate for them.
void Run::summarise(record::Schedule& schedule) const {
  std::vector<double> work = total_work(plan_, inputs_, configuration_);
  std::vector<std::size_t> finished;
  std::vector<record::NodeTime> times;
  double busy_work = 0;
  for (const std::size_t number : nodes_) {
    const auto time = std::ranges::find(schedule.nodes, plan_.nodes[number].id, &record::NodeTime::node);
    if (time == schedule.nodes.end()) continue;
    work[number] *= time->share;
    busy_work += work[number];
    finished.push_back(number);
    times.push_back(*time);
  }
  const auto [makespan_s, busy_s] = elapsed(times);
  if (busy_s <= 0 || busy_work <= 0) return;
  schedule.makespan_s = makespan_s;
  schedule.idle_share = std::max(0.0, 1 - busy_s / (makespan_s * world_.size()));
  const Estimate estimated = estimate(plan_, finished, NodeCosts(plan_, work),
                                      config::group_sizes(configuration_, world_.size()), world_.size());
  schedule.planned_makespan_s = estimated.makespan * busy_s / busy_work;
  schedule.planned_idle_share = estimated.idle_share;
  process_.log.info(base::format("{} nodes in {}, ranks without work {:.1f} % of it (planned: {}, {:.1f} %)",
                                 finished.size(), base::duration(schedule.makespan_s),
                                 100 * schedule.idle_share, base::duration(schedule.planned_makespan_s),
                                 100 * schedule.planned_idle_share));
}

record::RunRecord Run::description() const {
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

}  // namespace ltr::grid
