// SPDX-License-Identifier: Apache-2.0
#include "learning/cell.hpp"
#include "learning/head.hpp"
#include "learning/nodes.hpp"
#include "learning/training.hpp"
#include "model/initialise.hpp"

namespace ltr::learning {
namespace {

constexpr double kTenth = 0.1;

/// Stage 1's network with the part that `learning` trains ready for it.
std::shared_ptr<model::Network> network_to_finetune(const Context& context, const config::PlanNode& node,
                                                    config::LearningKind learning) {
  std::shared_ptr<model::Network> network = trained_network(context, node);
  if (context.configuration.stage_2.finetune.new_classifier) {
    model::initialise(*network->classifier, stage_2_seed(node.seed));
  }
  if (learning == config::LearningKind::finetune_last_block) {
    freeze_all_but_last_block(context.configuration, *network->backbone);
  }
  return network;
}

}  // namespace

record::NodeRecord run_finetune(const Context& context, const config::PlanNode& node) {
  const config::Configuration& configuration = context.configuration;
  const config::LearningKind learning = node.learning.front();
  const std::shared_ptr<model::Network> network = network_to_finetune(context, node, learning);
  const train::Logits logits = [network](const torch::Tensor& pixels) { return network->forward(pixels); };
  train::Trainee trainee =
      stage_2_trainee(configuration, std::string(config::name_of(learning)), network, logits,
                      configuration.stage_1.weight_decay, configuration.stage_2.finetune.epochs);
  trainee.sgd = network_sgd_options(configuration.stage_1);
  if (learning == config::LearningKind::finetune_all_tenth_lr) trainee.schedule.learning_rate *= kTenth;

  train::EvaluationSet validation = validation_images(context);
  train::TrainingLoop loop(
      context.group, context.training, validation,
      loop_options(context, node, stage_2_seed(node.seed), configuration.stage_2.sampling), {trainee});
  const train::Trained trained = std::move(loop.run().front());

  record::CellRecord cell = make_cell(node, learning);
  cell.training = trained.training;
  train::EvaluationSet test = watched_images(context, context.test);
  measure(cell, validation, test, logits);
  cell.weight_norms = row_norms(network->classifier->fc->weight);
  cell.training.weights_digest = keep_weights(context, cell.id, trained.best);
  record::NodeRecord done;
  done.cells.push_back(std::move(cell));
  return done;
}

}  // namespace ltr::learning
