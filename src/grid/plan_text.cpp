// SPDX-License-Identifier: Apache-2.0
#include "grid/plan_text.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "base/format.hpp"
#include "config/fidelity.hpp"
#include "config/toml.hpp"
#include "grid/schedule_simulation.hpp"
#include "grid/work.hpp"

namespace ltr::grid {
namespace {

std::string cells_of(const config::PlanNode& node) {
  std::vector<std::string> names;
  for (const config::LearningKind learning : node.learning) names.emplace_back(config::name_of(learning));
  return names.empty() ? "-" : base::join(names, ", ");
}

std::string groups_of(int ranks, int size) {
  const int groups = ranks / size;
  return base::format("{} {} of {} {}", groups, groups == 1 ? "group" : "groups", size,
                      size == 1 ? "rank" : "ranks");
}

/// How groups of ranks would share the nodes, and what that leaves idle.
std::string placement(const config::Plan& plan, const std::vector<double>& work,
                      const config::Configuration& configuration, int ranks) {
  const config::GroupSizes sizes = config::group_sizes(configuration, ranks);
  std::vector<std::size_t> all(plan.nodes.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const Estimate estimated = estimate(plan, all, NodeCosts(plan, work), sizes, ranks);
  std::string text = groups_of(ranks, sizes.stage_1);
  if (sizes.stage_2 != sizes.stage_1)
    text += base::format(", after stage 1 {}", groups_of(ranks, sizes.stage_2));
  return base::format(
      "placement: {}; if ranks scale perfectly, {:.2f} times as fast as one, and without work {:.1f} % of "
      "the time\n",
      text, std::accumulate(work.begin(), work.end(), 0.0) / estimated.makespan, 100 * estimated.idle_share);
}

}  // namespace

std::string plan_text(const config::Plan& plan, const Inputs& inputs,
                      const config::Configuration& configuration, int ranks) {
  const config::Stage1& stage_1 = configuration.stage_1;
  std::string text = base::format(
      "{}: {} training images in {} classes, {} validation, {} test{}\n"
      "{}, {} steps an epoch of {} images in {} micro-batches, {} {}\n{} cells from {} nodes:\n",
      inputs.training->name(), base::with_thousands(inputs.training->images()), inputs.training->classes(),
      base::with_thousands(inputs.validation->images()), base::with_thousands(inputs.test->images()),
      inputs.test_serves_as_validation ? " (test serves as validation)" : "",
      config::name_of(configuration.model.backbone), inputs.training->images() / stage_1.global_batch,
      stage_1.global_batch, stage_1.micro_batches, ranks, ranks == 1 ? "rank" : "ranks", plan.cells.size(),
      plan.nodes.size());
  if (!inputs.notices.empty()) {
    text = base::format("{}\n{}", base::join(inputs.notices, "\n"), text);
  }
  const std::vector<double> work = total_work(plan, inputs, configuration);
  const double total = std::accumulate(work.begin(), work.end(), 0.0);
  std::size_t width = 4;
  for (const config::PlanNode& node : plan.nodes) width = std::max(width, node.id.size());
  const std::string row = base::format("  {{:>3}}  {{:<{}}}  {{:>6}}  {{:>6}}  {{}}\n", width);
  text += base::format(row, "", "node", "epochs", "work", "finishes");
  for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
    const config::PlanNode& node = plan.nodes[i];
    text += base::format(row, i + 1, node.id, node.epochs > 0 ? std::to_string(node.epochs) : "-",
                         base::format("{:.1f} %", 100 * work[i] / total), cells_of(node));
  }
  return text + placement(plan, work, configuration, ranks) + config::fidelity_text(configuration) +
         "configuration, defaults filled in:\n" + config::to_toml(configuration);
}

}  // namespace ltr::grid
