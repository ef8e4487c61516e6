// SPDX-License-Identifier: Apache-2.0
#include "learning/cell.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "learning/training.hpp"
#include "model/safetensors.hpp"
#include "train/evaluate.hpp"

namespace ltr::learning {
namespace {
constexpr std::string_view kDigestKey = "weights_digest";
}  // namespace

record::CellRecord make_cell(const config::PlanNode& node, config::LearningKind learning) {
  const config::PlanCell planned = config::cell_of(node, learning);
  record::CellRecord cell;
  cell.id = planned.id;
  cell.seed = planned.seed;
  cell.sampling = planned.sampling;
  cell.loss = planned.loss;
  cell.learning = planned.learning;
  cell.stage_1 = stage_1_id(node);
  return cell;
}

std::string stage_1_id(const config::PlanNode& node) {
  return node.kind == config::NodeKind::stage_1 ? node.id : node.needs.front();
}

std::filesystem::path weights_file(const std::filesystem::path& folder, const std::string& id) {
  return folder / (id + ".safetensors");
}

data::LoaderOptions loader_options(const config::Configuration& configuration) {
  data::LoaderOptions options;
  options.transform = data::transform_options(configuration.input);
  options.threads = configuration.loader.threads;
  options.queue_batches = configuration.loader.queue_batches;
  return options;
}

std::vector<double> row_norms(const torch::Tensor& weight) {
  const torch::Tensor norms = weight.detach().cpu().to(torch::kFloat64).norm(2, {1}).contiguous();
  return {norms.const_data_ptr<double>(), norms.const_data_ptr<double>() + norms.numel()};
}

std::string keep_weights(const Context& context, const std::string& id, const model::NamedTensors& weights) {
  std::string digest = model::weights_digest(weights);
  comm::agree(context.group, [&] {
    if (context.group.rank() != 0) return;
    if (context.before_write) context.before_write();
    model::write_safetensors(weights_file(context.folder, id), weights, {{std::string(kDigestKey), digest}});
  });
  return digest;
}

StrategyInputs strategy_inputs(const Context& context, const config::PlanNode& node,
                               config::LearningKind learning, std::shared_ptr<model::Network> network) {
  return {.configuration = context.configuration,
          .learning = learning,
          .seed = stage_2_seed(node.seed),
          .network = std::move(network),
          .class_counts = context.training.class_counts(),
          .training_images = [&context] { return watched_images(context, context.training); }};
}

record::CellRecord finished_cell(const Context& context, record::CellRecord cell, Strategy& strategy,
                                 Features& features, const model::NamedTensors& more) {
  Outcome outcome = strategy.outcome(features);
  cell.tau = std::move(outcome.sweep);
  cell.validation = train::evaluate(features.validation, outcome.logits).counts;
  cell.validation.confusion.clear();  // a table of K x K is worth its room for the test set alone
  train::Evaluation on_test = train::evaluate(features.test, outcome.logits);
  cell.test = std::move(on_test.counts);
  // Of scores that are no log-odds the softmax says nothing about confidence.
  if (config::method_of(cell.learning).is_confident) cell.calibration = std::move(on_test.calibration);
  if (outcome.weight.defined()) cell.weight_norms = row_norms(outcome.weight);
  if (outcome.kept.empty()) return cell;
  outcome.kept.insert(outcome.kept.end(), more.begin(), more.end());
  cell.training.weights_digest = keep_weights(context, cell.id, outcome.kept);
  return cell;
}

std::string kept_digest(const std::filesystem::path& folder, const std::string& id) {
  const std::filesystem::path file = weights_file(folder, id);
  const model::Safetensors kept = model::read_safetensors(file);
  const auto digest = kept.metadata.find(std::string(kDigestKey));
  if (kept.checked && digest != kept.metadata.end()) return digest->second;
  throw base::DataError(base::format(
      "{} is not the file that training has left: it carries no digest of its weights; train {} again",
      file.string(), id));
}

}  // namespace ltr::learning
