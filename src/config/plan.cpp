// SPDX-License-Identifier: Apache-2.0
#include "config/plan.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/format.hpp"

namespace ltr::config {
namespace {

/// What distinguishes the ids of a kind's nodes; of finetune nodes, their strategy does.
constexpr std::string_view kSuffixes[kNodeKinds] = {"stage_1", "features", "stage_2", ""};

/// The last part of the id of the node that finishes the cells of `learning`.
std::string_view finishing_suffix(LearningKind learning) {
  const NodeKind kind = method_of(learning).node;
  return kind == NodeKind::finetune ? name_of(learning) : kSuffixes[static_cast<std::size_t>(kind)];
}

std::string prefix_of(const PlanNode& node) {
  return base::format("seed_{}.{}.", node.seed, representation_name(node.sampling, node.loss));
}

/// The nodes and cells that share one stage 1, which is `root`.
void append_family(Plan& plan, const Configuration& configuration, PlanNode root) {
  const std::string prefix = prefix_of(root);
  root.id = prefix + "stage_1";
  root.epochs = configuration.stage_1.weights.empty() ? configuration.stage_1.epochs : 0;
  std::vector<PlanNode> family{std::move(root)};
  const auto node_with = [&](NodeKind kind, const std::string& id) -> PlanNode& {
    const auto found = std::ranges::find(family, id, &PlanNode::id);
    if (found != family.end()) return *found;
    PlanNode node = family.front();
    node.id = id;
    node.kind = kind;
    node.needs = {family.front().id};
    node.learning.clear();
    node.epochs = 0;
    return family.emplace_back(std::move(node));
  };
  for (const LearningKind learning : configuration.grid.learning) {
    const LearningMethod& method = method_of(learning);
    PlanNode& node = node_with(method.node, prefix + std::string(finishing_suffix(learning)));
    node.learning.push_back(learning);
    if (method.trains()) node.epochs = std::max(node.epochs, method.epochs(configuration.stage_2));
    plan.cells.push_back(cell_of(node, learning));
  }
  std::ranges::stable_sort(family, {}, &PlanNode::kind);
  std::ranges::move(family, std::back_inserter(plan.nodes));
}

}  // namespace

std::string representation_name(SamplingKind sampling, LossKind loss) {
  const std::string name(name_of(sampling));
  return loss == LossKind{} ? name : base::format("{}-{}", name, name_of(loss));
}

PlanCell cell_of(const PlanNode& node, LearningKind learning) {
  return {.id = prefix_of(node) + std::string(name_of(learning)),
          .seed = node.seed,
          .sampling = node.sampling,
          .loss = node.loss,
          .learning = learning,
          .node = node.id};
}

Plan make_plan(const Configuration& configuration) {
  Plan plan;
  if (configuration.grid.learning.empty()) return plan;
  for (const std::uint64_t seed : configuration.run.seeds) {
    for (const SamplingKind sampling : configuration.grid.sampling) {
      for (const LossKind loss : configuration.grid.loss) {
        append_family(plan, configuration, {.seed = seed, .sampling = sampling, .loss = loss});
      }
    }
  }
  return plan;
}

}  // namespace ltr::config
