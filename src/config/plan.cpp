// SPDX-License-Identifier: Apache-2.0
#include "config/plan.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "base/format.hpp"

namespace ltr::config {
namespace {

std::string_view suffix_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::stage_1:
      return "stage_1";
    case NodeKind::features:
      return "features";
    case NodeKind::stage_2:
      return "stage_2";
    case NodeKind::finetune:
      return "finetune";
  }
  return "";
}

/// The last part of the id of the node that finishes the cells of `learning`.
std::string_view finishing_suffix(LearningKind learning) {
  const NodeKind kind = finishing_kind(learning);
  return kind == NodeKind::finetune ? name_of(learning) : suffix_of(kind);
}

std::int64_t epochs_of(const PlanNode& node, const Configuration& configuration) {
  const bool trains_network = node.kind == NodeKind::stage_1 && configuration.stage_1.weights.empty();
  std::int64_t epochs = trains_network ? configuration.stage_1.epochs : 0;
  for (const LearningKind learning : node.learning) {
    epochs = std::max(epochs, stage_2_epochs(configuration.stage_2, learning));
  }
  return epochs;
}

/// The nodes and cells that share one stage 1.
void append_family(Plan& plan, const Configuration& configuration, std::uint64_t seed,
                   SamplingKind sampling) {
  const std::vector<LearningKind>& asked = configuration.grid.learning;
  const std::string prefix = base::format("seed_{}.{}.", seed, name_of(sampling));
  const std::string root = prefix + std::string(suffix_of(NodeKind::stage_1));
  const auto append = [&](NodeKind kind, std::string_view suffix) {
    PlanNode node;
    node.id = prefix + std::string(suffix);
    node.kind = kind;
    node.seed = seed;
    node.sampling = sampling;
    std::ranges::copy_if(asked, std::back_inserter(node.learning),
                         [suffix](LearningKind learning) { return finishing_suffix(learning) == suffix; });
    if (kind != NodeKind::stage_1) {
      if (node.learning.empty()) return;
      node.needs = {root};
    }
    node.epochs = epochs_of(node, configuration);
    plan.nodes.push_back(std::move(node));
  };
  for (const NodeKind kind : {NodeKind::stage_1, NodeKind::features, NodeKind::stage_2}) {
    append(kind, suffix_of(kind));
  }
  for (const LearningKind learning : asked) {
    if (finishing_kind(learning) == NodeKind::finetune) append(NodeKind::finetune, name_of(learning));
  }
  for (const LearningKind learning : asked) {
    plan.cells.push_back({.id = prefix + std::string(name_of(learning)),
                          .seed = seed,
                          .sampling = sampling,
                          .learning = learning,
                          .node = prefix + std::string(finishing_suffix(learning))});
  }
}

}  // namespace

PlanCell cell_of(const PlanNode& node, LearningKind learning) {
  return {.id = base::format("seed_{}.{}.{}", node.seed, name_of(node.sampling), name_of(learning)),
          .seed = node.seed,
          .sampling = node.sampling,
          .learning = learning,
          .node = node.id};
}

NodeKind finishing_kind(LearningKind learning) {
  switch (learning) {
    case LearningKind::joint:
      return NodeKind::stage_1;
    case LearningKind::ncm:
    case LearningKind::tau_normalized:
      return NodeKind::features;
    case LearningKind::crt:
    case LearningKind::lws:
    case LearningKind::finetune_classifier:
      return NodeKind::stage_2;
    case LearningKind::finetune_all:
    case LearningKind::finetune_all_tenth_lr:
    case LearningKind::finetune_last_block:
      return NodeKind::finetune;
  }
  return NodeKind::stage_1;
}

std::int64_t stage_2_epochs(const Stage2& stage_2, LearningKind learning) {
  switch (finishing_kind(learning)) {
    case NodeKind::stage_1:
    case NodeKind::features:
      return 0;
    case NodeKind::stage_2:
    case NodeKind::finetune:
      break;
  }
  if (learning == LearningKind::crt) return stage_2.crt.epochs;
  if (learning == LearningKind::lws) return stage_2.lws.epochs;
  return stage_2.finetune.epochs;
}

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
