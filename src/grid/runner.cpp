// SPDX-License-Identifier: Apache-2.0
#include "grid/runner.hpp"

#include <array>
#include <iostream>
#include <optional>

#include "base/format.hpp"
#include "config/plan.hpp"
#include "config/toml.hpp"
#include "grid/created_folders.hpp"
#include "grid/inputs.hpp"
#include "grid/memory_check.hpp"
#include "grid/placement.hpp"
#include "grid/plan_text.hpp"
#include "grid/rank_0.hpp"
#include "grid/run.hpp"
#include "grid/same_run.hpp"
#include "grid/smoke.hpp"
#include "render/report.hpp"
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

/// Every node copies the packs to its own disk, if the configuration asks for that.
void stage_inputs(const ProcessContext& process, const config::Configuration& configuration, Inputs& inputs) {
  const std::string& folder = configuration.data.stage;
  if (folder.empty()) return;
  comm::agree(
      process.session.world(),
      [&] {
        if (process.session.local_rank().value() != 0) return;
        inputs.copy_to(folder, process.stop_requested, process.log);
      },
      comm::as_long_as_it_takes());
  comm::agree(process.session.world(), [&] { inputs.use_copies_in(folder); });
}

/// How every run of nodes sets up its process.
Placement prepare_process(const comm::Session& session, const config::Configuration& configuration,
                          const Inputs& inputs) {
  // Ranks that miss others leave at once: to take down what still waits for them could itself wait.
  session.world().set_stall_timeout(configuration.parallel.stall_timeout_s,
                                    [&session](const std::string& text) {
                                      std::cerr << "ltr_grid: " << text << std::endl;
                                      session.abort(1);
                                    });
  train::make_deterministic(configuration.parallel.threads_per_rank);
  train::keep_freed_memory();
  train::set_gpu_arithmetic(configuration.parallel.precision, configuration.parallel.autotune);
  Placement placement{.ranks = describe_ranks(session), .choice = {}};
  placement.choice = choose_gpus(configuration.parallel, placement.ranks);
  if (placement.on_gpus()) {
    require_gpu_memory(session.world(), configuration, placement,
                       memory_of(config::make_plan(configuration), configuration, inputs.training->classes(),
                                 session.world().size()));
  }
  placement.device = chosen_device(session.world_rank(), configuration.parallel, placement.choice);
  return placement;
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

Outcome run(const ProcessContext& process, const config::Configuration& configuration, NodeFilter nodes) {
  const comm::Group& world = process.session.world();
  Inputs inputs = checked_inputs(world, configuration);
  std::optional<record::RunRecord> complete;
  on_rank_0(world, [&] { complete = find_complete_run(configuration, inputs.hashes()); });
  if (of_rank_0(world, complete.has_value())) {
    if (!complete) return {};
    return {base::ExitStatus::done,
            render::print(report::Results({*complete}), {}) +
                base::format("\n{} holds every cell of this configuration; nothing to do.\n",
                             configuration.run.output)};
  }
  const Placement placement = prepare_process(process.session, configuration, inputs);
  stage_inputs(process, configuration, inputs);
  return Run(process, configuration, inputs, placement, {.nodes = nodes}).compute();
}

Outcome smoke(const ProcessContext& process, const config::Configuration& configuration) {
  const comm::Group& world = process.session.world();
  Inputs inputs = checked_inputs(world, configuration);
  const Placement placement = prepare_process(process.session, configuration, inputs);
  stage_inputs(process, configuration, inputs);
  const TrialFolder folder(world, configuration.run.output);
  const config::Configuration trial = smoke_configuration(configuration, folder.record());
  const learning::Limits limits = smoke_limits(configuration, world.size());
  Outcome outcome = Run(process, trial, inputs, placement, {.limits = limits}).compute();
  std::array<double, 2> peak_bytes{static_cast<double>(train::peak_memory_bytes()),
                                   static_cast<double>(placement.device.peak_gpu_memory_bytes())};
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
