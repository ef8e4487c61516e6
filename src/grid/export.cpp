// SPDX-License-Identifier: Apache-2.0
#include "grid/export.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "base/format.hpp"
#include "config/plan.hpp"
#include "grid/run_folder.hpp"
#include "grid/same_run.hpp"
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

/// Throws: ConfigError if something is there that an earlier export has not written.
void check_replaceable(const std::filesystem::path& file) {
  const std::filesystem::file_status status = std::filesystem::status(file);
  if (!std::filesystem::exists(status)) return;
  try {
    if (model::read_safetensors_metadata(file).contains("cell")) return;
  } catch (const base::DataError&) {
  }
  throw base::ConfigError(base::format(
      "{} is there and is no weights file that an export wrote; it would be lost; name another file, or "
      "remove this one first",
      file.string()));
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

/// Throws: DataError if the record says that `id` was left with other weights. `run` may hold nothing: then
/// the run is still going on.
void check_digest(const std::optional<record::RunRecord>& run, const std::string& id,
                  const model::NamedTensors& weights, const std::filesystem::path& file) {
  if (!run) return;
  const auto check = [&](const auto& records) {
    const auto found = std::ranges::find_if(records, [&id](const auto& item) { return item.id == id; });
    if (found == records.end() || found->training.weights_digest == model::weights_digest(weights)) return;
    throw base::DataError(
        base::format("{}: it holds other weights than those that the record has measured as {}; restore the "
                     "file, or train the cell again under another run.output",
                     file.string(), id));
  };
  check(run->stage_1);
  check(run->cells);
}

/// A classifier's fc.weight. Shape: [K, D].
/// Throws: DataError if there is none.
const torch::Tensor& classifier_weight(const model::NamedTensors& tensors,
                                       const std::filesystem::path& file) {
  const auto weight = std::ranges::find(tensors, "fc.weight", [](const auto& item) { return item.first; });
  if (weight == tensors.end() || weight->second.dim() != 2) {
    throw base::DataError(
        base::format("{}: it holds no classifier weight fc.weight of classes x features; the file was "
                     "changed since it was trained; train the cell again",
                     file.string()));
  }
  return weight->second;
}

/// `tensors` as far as `order` has their names, in its order: that of a file is another.
model::NamedTensors in_order_of(const model::NamedTensors& order, const model::NamedTensors& tensors) {
  model::NamedTensors ordered;
  for (const auto& [name, ignored] : order) {
    const auto found = std::ranges::find(tensors, name, [](const auto& item) { return item.first; });
    if (found != tensors.end()) ordered.push_back(*found);
  }
  return ordered;
}

}  // namespace

std::string export_cell(const config::Configuration& configuration, const std::string& id,
                        const std::filesystem::path& file) {
  const config::Plan plan = config::make_plan(configuration);
  const config::PlanCell cell = find_cell(plan, id);
  const config::LearningMethod& method = config::method_of(cell.learning);
  if (!method.is_linear) {
    throw base::ConfigError(base::format(
        "{} cannot be exported: {} ({}) has no linear layer fc to write; choose a cell of another "
        "strategy of the same representation, whose backbone it shares",
        id, method.name, method.help));
  }
  check_replaceable(file);
  const std::optional<record::RunRecord> run = find_run(configuration);
  const std::filesystem::path folder = RunPaths(configuration).folder;
  const std::string& stage_1 = stage_1_of(plan, cell).id;
  const std::filesystem::path network_file = learning::weights_file(folder, stage_1);
  const model::NamedTensors trained = read_trained(network_file, id);
  model::Network network(configuration.model.backbone, classifier_weight(trained, network_file).size(0));
  model::load_state(network, trained, network_file.string());
  check_digest(run, stage_1, model::state(network), network_file);
  if (method.node != config::NodeKind::stage_1) {
    const std::filesystem::path file_of_cell = learning::weights_file(folder, id);
    model::NamedTensors of_cell = read_trained(file_of_cell, id);
    check_digest(run, id, in_order_of(model::state(network), of_cell), file_of_cell);
    // A classifier without bias.
    if (of_cell.size() == 1) {
      const std::int64_t classes = classifier_weight(of_cell, file_of_cell).size(0);
      of_cell.emplace_back("fc.bias", torch::zeros({classes}));
    }
    // What the cell does not have stays as stage 1 has left it.
    model::load_state(in_order_of(of_cell, model::state(network)), of_cell, file_of_cell.string());
  }
  const model::NamedTensors whole = model::state(network);
  const std::string_view backbone = config::name_of(configuration.model.backbone);
  model::write_safetensors(file, whole,
                           {{"format", "pt"}, {"cell", id}, {"backbone", std::string(backbone)}});
  return base::format("{}: {} with the classifier of {}, {} tensors under torchvision's names\n",
                      file.string(), backbone, id, whole.size());
}

}  // namespace ltr::grid
