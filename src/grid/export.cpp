// SPDX-License-Identifier: Apache-2.0
#include "grid/export.hpp"

#include <algorithm>
#include <vector>

#include "base/error.hpp"
#include "base/format.hpp"
#include "config/plan.hpp"
#include "grid/workspace.hpp"
#include "learning/cell.hpp"
#include "model/classifier.hpp"
#include "model/safetensors.hpp"

namespace ltr::grid {
namespace {

config::PlanCell find_cell(const config::Plan& plan, const std::string& id) {
  const auto found = std::ranges::find(plan.cells, id, &config::PlanCell::id);
  if (found != plan.cells.end()) return *found;
  std::vector<std::string> ids;
  for (const config::PlanCell& cell : plan.cells) ids.push_back(cell.id);
  const std::string nearest = base::nearest_word(id, ids);
  throw base::ConfigError(base::format("\"{}\" is no cell of this configuration; {}its cells are {}", id,
                                       nearest.empty() ? "" : base::format("did you mean {}? ", nearest),
                                       base::join(ids, ", ")));
}

const config::PlanNode& stage_1_of(const config::Plan& plan, const config::PlanCell& cell) {
  const auto& node = *std::ranges::find(plan.nodes, cell.node, &config::PlanNode::id);
  return *std::ranges::find(plan.nodes, learning::stage_1_id(node), &config::PlanNode::id);
}

model::NamedTensors read_trained(const std::filesystem::path& file, const std::string& cell) {
  if (!std::filesystem::exists(file)) {
    throw base::ConfigError(
        base::format("{} cannot be exported: {} does not exist; weights stand there once the cell is "
                     "trained; run the same "
                     "configuration first, without --export",
                     cell, file.string()));
  }
  return model::read_safetensors(file).tensors;
}

/// fc.weight [K, D] and fc.bias [K] out of `tensors`; zeros where a classifier has no bias.
model::NamedTensors classifier_of(const model::NamedTensors& tensors, const std::filesystem::path& file) {
  const auto weight = std::ranges::find(tensors, "fc.weight", [](const auto& item) { return item.first; });
  const auto bias = std::ranges::find(tensors, "fc.bias", [](const auto& item) { return item.first; });
  if (weight == tensors.end() || weight->second.dim() != 2) {
    throw base::DataError(
        base::format("{}: it holds no classifier weight fc.weight of classes x features; the file was "
                     "changed since it was "
                     "trained; train the cell again",
                     file.string()));
  }
  return {*weight, bias == tensors.end() ? std::pair<std::string, torch::Tensor>(
                                               "fc.bias", torch::zeros({weight->second.size(0)}))
                                         : *bias};
}

}  // namespace

std::string export_cell(const config::Configuration& configuration, const std::string& id,
                        const std::filesystem::path& file) {
  const config::Plan plan = config::make_plan(configuration);
  const config::PlanCell cell = find_cell(plan, id);
  if (cell.learning == config::LearningKind::ncm) {
    throw base::ConfigError(
        base::format("{} cannot be exported: ncm classifies by distances to class means and has no linear "
                     "layer fc to write; "
                     "choose a cell of another strategy of the same sampling, whose backbone it shares",
                     id));
  }
  const std::filesystem::path folder = Paths(configuration).folder;
  const std::filesystem::path backbone_file = learning::weights_file(folder, stage_1_of(plan, cell).id);
  const bool joint = cell.learning == config::LearningKind::joint;
  const std::filesystem::path classifier_file = joint ? backbone_file : learning::weights_file(folder, id);

  model::NamedTensors classifier = classifier_of(read_trained(classifier_file, id), classifier_file);
  model::NamedTensors tensors = read_trained(backbone_file, id);
  std::erase_if(tensors, [](const auto& item) { return item.first.starts_with("fc."); });
  model::Network network(configuration.model.backbone, classifier.front().second.size(0));
  model::load_state(*network.backbone, tensors, backbone_file.string());
  model::load_state(*network.classifier, classifier, classifier_file.string());
  const model::NamedTensors whole = model::state(network);
  const std::string_view backbone = config::name_of(configuration.model.backbone);
  model::write_safetensors(file, whole,
                           {{"format", "pt"}, {"cell", id}, {"backbone", std::string(backbone)}});
  return base::format("{}: {} with the classifier of {}, {} tensors under torchvision's names\n",
                      file.string(), backbone, id, whole.size());
}

}  // namespace ltr::grid
