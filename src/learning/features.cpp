// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "config/toml.hpp"
#include "learning/cell.hpp"
#include "learning/ncm.hpp"
#include "learning/nodes.hpp"
#include "learning/tau_normalized.hpp"
#include "learning/training.hpp"

namespace ltr::learning {
namespace {

record::CellRecord ncm_cell(const Context& context, const config::PlanNode& node, model::Backbone& backbone,
                            Features& features) {
  const config::NcmDistance distance = context.configuration.stage_2.ncm.distance;
  train::EvaluationSet training = watched_images(context, context.training);
  const NcmMeans means = ncm_means(training, backbone, distance);
  record::CellRecord cell = make_cell(node, config::LearningKind::ncm);
  // Distances are no log-odds: their softmax says nothing about confidence.
  measure(cell, features.validation, features.test, ncm_scores(means, distance, context.device.device),
          Calibrated::no);
  cell.training.weights_digest =
      keep_weights(context, cell.id, {{"class_means", means.class_means}, {"mean", means.mean}});
  return cell;
}

record::CellRecord tau_normalized_cell(const Context& context, const config::PlanNode& node,
                                       const torch::Tensor& weight, Features& features) {
  record::CellRecord cell = make_cell(node, config::LearningKind::tau_normalized);
  const config::Data::Shots& limits = context.configuration.data.shots;
  const std::vector<metric::Shot> shots = metric::shots_of(
      context.training.class_counts(), {.many_above = limits.many_above, .few_below = limits.few_below});
  cell.tau = sweep_tau(weight, config::tau_values(context.configuration.stage_2.tau), shots,
                       features.validation, features.test);
  const torch::Tensor chosen = tau_normalized_weight(weight, cell.tau.chosen);
  measure(cell, features.validation, features.test, linear_logits(chosen));
  cell.weight_norms = row_norms(chosen);
  cell.training.weights_digest = keep_weights(context, cell.id, {{"fc.weight", chosen}});
  return cell;
}

}  // namespace

record::NodeRecord run_features(const Context& context, const config::PlanNode& node) {
  const torch::NoGradGuard no_gradients;
  const std::shared_ptr<model::Network> network = trained_network(context, node);
  Features features = evaluation_features(context, node, *network->backbone);

  record::NodeRecord done;
  for (const config::LearningKind learning : node.learning) {
    if (learning == config::LearningKind::ncm) {
      done.cells.push_back(ncm_cell(context, node, *network->backbone, features));
    } else {
      done.cells.push_back(
          tau_normalized_cell(context, node, network->classifier->fc->weight.detach(), features));
    }
  }
  return done;
}

}  // namespace ltr::learning
