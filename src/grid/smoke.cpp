// SPDX-License-Identifier: Apache-2.0
#include "grid/smoke.hpp"

#include <algorithm>
#include <numeric>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "config/keys.hpp"
#include "config/toml.hpp"
#include "grid/policy.hpp"
#include "grid/schedule_simulation.hpp"
#include "grid/work.hpp"
#include "train/evaluation_set.hpp"

namespace ltr::grid {
namespace {

constexpr std::int64_t kSteps = 2;
constexpr std::int64_t kStepsWithGraph = 5;
constexpr std::int64_t kEvaluationBatchesOfARank = 2;

/// Seconds that one image costs in each kind of pass; the slowest node counts. 0: no node has such a pass.
struct ImageTimes {
  double trained_s = 0;
  double frozen_s = 0;
  double evaluated_s = 0;
};

ImageTimes image_times(const record::RunRecord& trial, double evaluation_images) {
  ImageTimes times;
  for (const record::Stage1Record& stage_1 : trial.stage_1) {
    for (const record::EpochRow& row : stage_1.training.epochs) {
      times.trained_s = std::max(times.trained_s, 1 / row.images_per_s);
      times.evaluated_s = std::max(times.evaluated_s, row.evaluation_s / evaluation_images);
    }
  }
  for (const record::CellRecord& cell : trial.cells) {
    const bool frozen = config::method_of(cell.learning).node == config::NodeKind::stage_2;
    double& slowest = frozen ? times.frozen_s : times.trained_s;
    for (const record::EpochRow& row : cell.training.epochs)
      slowest = std::max(slowest, 1 / row.images_per_s);
  }
  return times;
}

}  // namespace

learning::Limits smoke_limits(const config::Configuration& configuration, int ranks) {
  return {.steps = configuration.parallel.cuda_graph ? kStepsWithGraph : kSteps,
          .evaluation_images = kEvaluationBatchesOfARank * ranks * train::kEvaluationBatch};
}

config::Configuration smoke_configuration(const config::Configuration& configuration,
                                          const std::string& output) {
  config::Configuration trial = configuration;
  trial.run.output = output;
  config::visit_keys(trial, []<class Field>(const config::Key& key, Field&& field) {
    if constexpr (std::is_same_v<Field, int&>) {
      if (key.path.ends_with(".epochs")) field = 1;
    }
  });
  trial.stage_1.warmup_epochs = 0;
  if (trial.stage_1.schedule == config::ScheduleKind::step) {
    trial.stage_1.schedule = config::ScheduleKind::constant;
    trial.stage_1.step.milestones.clear();
  }
  return trial;
}

std::string smoke_text(const Trial& trial, const config::Plan& plan, const Inputs& inputs,
                       const config::Configuration& configuration) {
  const std::int64_t evaluated = std::min(trial.limits.evaluation_images, inputs.validation->images());
  const ImageTimes times = image_times(trial.record, static_cast<double>(evaluated));
  const auto batch = static_cast<double>(configuration.stage_1.global_batch);
  const config::GroupSizes sizes = config::group_sizes(configuration, trial.ranks);
  std::vector<double> rank_seconds;
  for (const config::PlanNode& node : plan.nodes) {
    const Work work = work_of(node, inputs, configuration);
    rank_seconds.push_back(
        (work.trained * times.trained_s + work.frozen * times.frozen_s + work.evaluated * times.evaluated_s) *
        group_size(sizes, node.kind));
  }
  std::vector<std::size_t> all(plan.nodes.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const Estimate whole = estimate(plan, all, NodeCosts(plan, std::move(rank_seconds)), sizes, trial.ranks);
  std::string text = base::format(
      "every node has run {} steps of {} images and its passes over {} images; everything is removed again\n",
      trial.limits.steps, configuration.stage_1.global_batch, evaluated);
  // What a configuration does not do, such as a stage 1 whose weights are given, has no time.
  if (times.trained_s > 0) {
    text += base::format("  stage 1         {:.3g} s a step, {:.0f} images/s\n", batch * times.trained_s,
                         1 / times.trained_s);
  }
  if (times.frozen_s > 0) {
    text += base::format("  stage 2         {:.3g} s a step, {:.0f} images/s\n", batch * times.frozen_s,
                         1 / times.frozen_s);
  }
  if (times.evaluated_s > 0) {
    text += base::format("  evaluation      {:.0f} images/s\n", 1 / times.evaluated_s);
  }
  if (trial.peak_gpu_bytes > 0) {
    text += base::format("  GPU memory      {} for tensors in the rank with most\n",
                         base::byte_size(static_cast<std::uint64_t>(trial.peak_gpu_bytes)));
  }
  return text + base::format(
                    "  memory          {} in the rank with most\n"
                    "  the whole run   about {} for {} nodes; first steps are slow, so rather less\n",
                    base::byte_size(static_cast<std::uint64_t>(trial.peak_bytes)),
                    base::duration(whole.makespan), plan.nodes.size());
}

}  // namespace ltr::grid
