// SPDX-License-Identifier: Apache-2.0
#include "config/plan.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "base/format.hpp"

namespace ltr::config {
namespace {

NodeKind finishing_node(LearningKind learning) {
  switch (learning) {
    case LearningKind::joint:
      return NodeKind::stage_1;
    case LearningKind::ncm:
    case LearningKind::tau_normalized:
      return NodeKind::features;
    case LearningKind::crt:
    case LearningKind::lws:
      return NodeKind::stage_2;
  }
  return NodeKind::stage_1;
}

std::string_view suffix_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::stage_1:
      return "stage_1";
    case NodeKind::features:
      return "features";
    case NodeKind::stage_2:
      return "stage_2";
  }
  return "";
}

std::int64_t epochs_of(const PlanNode& node, const Configuration& configuration) {
  const bool trains_network = node.kind == NodeKind::stage_1 && configuration.stage_1.weights.empty();
  std::int64_t epochs = trains_network ? configuration.stage_1.epochs : 0;
  for (const LearningKind learning : node.learning) {
    if (learning == LearningKind::crt)
      epochs = std::max<std::int64_t>(epochs, configuration.stage_2.crt.epochs);
    if (learning == LearningKind::lws)
      epochs = std::max<std::int64_t>(epochs, configuration.stage_2.lws.epochs);
  }
  return epochs;
}

/// The nodes and cells that share one stage 1.
void append_family(Plan& plan, const Configuration& configuration, std::uint64_t seed,
                   SamplingKind sampling) {
  const std::string prefix = base::format("seed_{}.{}.", seed, name_of(sampling));
  const std::string root = prefix + std::string(suffix_of(NodeKind::stage_1));
  for (const NodeKind kind : {NodeKind::stage_1, NodeKind::features, NodeKind::stage_2}) {
    PlanNode node;
    node.id = prefix + std::string(suffix_of(kind));
    node.kind = kind;
    node.seed = seed;
    node.sampling = sampling;
    std::ranges::copy_if(configuration.grid.learning, std::back_inserter(node.learning),
                         [kind](LearningKind learning) { return finishing_node(learning) == kind; });
    if (kind != NodeKind::stage_1) {
      if (node.learning.empty()) continue;
      node.needs = {root};
    }
    node.epochs = epochs_of(node, configuration);
    plan.nodes.push_back(std::move(node));
  }
  for (const LearningKind learning : configuration.grid.learning) {
    plan.cells.push_back({.id = prefix + std::string(name_of(learning)),
                          .seed = seed,
                          .sampling = sampling,
                          .learning = learning,
                          .node = prefix + std::string(suffix_of(finishing_node(learning)))});
  }
}

}  // namespace

Plan make_plan(const Configuration& configuration) {
  Plan plan;
  if (configuration.grid.learning.empty()) return plan;
  for (const std::uint64_t seed : configuration.run.seeds) {
    for (const SamplingKind sampling : configuration.grid.sampling) {
      append_family(plan, configuration, seed, sampling);
    }
  }
  return plan;
}

}  // namespace ltr::config
