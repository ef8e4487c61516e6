// SPDX-License-Identifier: Apache-2.0
#include "grid/work.hpp"

#include <algorithm>
#include <utility>

namespace ltr::grid {
namespace {

std::int64_t images_per_epoch(const Inputs& inputs, const config::Configuration& configuration) {
  const std::int64_t batch = configuration.stage_1.global_batch;
  return inputs.training->images() / batch * batch;
}

/// Epochs of a stage 1 that are followed by a validation.
std::int64_t validations_of(const config::PlanNode& node, const config::Configuration& configuration) {
  const std::int64_t every = configuration.stage_1.validate_every_epochs;
  return (node.epochs + every - 1) / every;
}

}  // namespace

Work work_of(const config::PlanNode& node, const Inputs& inputs, const config::Configuration& configuration) {
  const auto drawn = static_cast<double>(node.epochs * images_per_epoch(inputs, configuration));
  const auto validation = static_cast<double>(inputs.validation->images());
  const auto test = static_cast<double>(inputs.test->images());
  switch (node.kind) {
    case config::NodeKind::stage_1:
      return {.trained = drawn,
              .evaluated = static_cast<double>(validations_of(node, configuration)) * validation + test};
    case config::NodeKind::stage_2: {
      // Where BatchNorm of the frozen backbone moves, validation follows it.
      const double validations =
          configuration.fidelity.frozen_statistics_move ? static_cast<double>(node.epochs) : 0;
      return {.frozen = drawn, .evaluated = (1 + validations) * validation + test};
    }
    case config::NodeKind::finetune:
      return {.trained = drawn, .evaluated = static_cast<double>(node.epochs + 1) * validation + test};
    case config::NodeKind::features: {
      double images = validation + test;
      for (const config::LearningKind learning : node.learning) {
        if (config::method_of(learning).reads_training_images) {
          images += static_cast<double>(inputs.training->images());
        }
      }
      return {.evaluated = images};
    }
  }
  return {};
}

std::vector<double> total_work(const config::Plan& plan, const Inputs& inputs,
                               const config::Configuration& configuration) {
  std::vector<double> work;
  for (const config::PlanNode& node : plan.nodes) {
    work.push_back(work_of(node, inputs, configuration).total());
  }
  return work;
}

NodeCosts::NodeCosts(const config::Plan& plan, std::vector<double> work)
    : work_(std::move(work)), rates_(config::kNodeKinds) {
  for (const config::PlanNode& node : plan.nodes) kinds_.push_back(node.kind);
}

void NodeCosts::measured(std::size_t node, const record::NodeTime& time) {
  Rate& rate = rates_[static_cast<std::size_t>(kinds_[node])];
  rate.work += work_[node] * time.share;
  rate.rank_seconds += static_cast<double>(time.ranks) * time.seconds;
}

double NodeCosts::cost(std::size_t node) const {
  const auto per_work = [](const Rate& rate) { return rate.work > 0 ? rate.rank_seconds / rate.work : 0; };
  if (const double own = per_work(rates_[static_cast<std::size_t>(kinds_[node])]); own > 0) {
    return work_[node] * own;
  }
  Rate all;
  for (const Rate& rate : rates_) {
    all.work += rate.work;
    all.rank_seconds += rate.rank_seconds;
  }
  return work_[node] * (per_work(all) > 0 ? per_work(all) : 1);
}

Elapsed elapsed(std::span<const record::NodeTime> times) {
  if (times.empty()) return {};
  double first_s = times.front().after_s;
  double last_s = first_s;
  Elapsed sum;
  for (const record::NodeTime& time : times) {
    first_s = std::min(first_s, time.after_s);
    last_s = std::max(last_s, time.after_s + time.seconds);
    sum.busy_s += time.seconds * static_cast<double>(time.ranks);
  }
  sum.makespan_s = last_s - first_s;
  return sum;
}

}  // namespace ltr::grid
