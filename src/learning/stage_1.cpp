// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "config/recipe.hpp"
#include "learning/cell.hpp"
#include "learning/losses.hpp"
#include "learning/nodes.hpp"
#include "learning/training.hpp"
#include "model/classifier.hpp"
#include "model/initialise.hpp"
#include "model/starting_weights.hpp"

namespace ltr::learning {
namespace {

/// The network as training finds it: the authors' initialisation, under the weights of a file if there is
/// one.
std::shared_ptr<model::Network> starting_network(const Context& context, const config::PlanNode& node) {
  const config::Configuration& configuration = context.configuration;
  std::shared_ptr<model::Network> network = new_network(context);
  model::initialise(*network, node.seed);
  const std::string& file = configuration.starting_weights();
  if (!file.empty()) {
    comm::agree(context.group, [&] { static_cast<void>(model::load_starting_weights(*network, file)); });
    require_same_weights(context, *network, file);
  }
  if (configuration.stage_1.trained == config::TrainedPart::last_block) {
    freeze_all_but_last_block(configuration, *network->backbone);
  }
  return network;
}

/// Whether nodes after stage 1 ask for its features: not those whose backbone changes again.
bool others_take_features(const config::Configuration& configuration) {
  return std::ranges::any_of(configuration.grid.learning, [&](config::LearningKind learning) {
    const config::NodeKind kind = config::method_of(learning).node;
    return kind == config::NodeKind::features ||
           (kind == config::NodeKind::stage_2 && !configuration.fidelity.frozen_statistics_move);
  });
}

/// Older ones may be of other weights.
void remove_old_features(const Context& context, const config::PlanNode& node) {
  comm::agree(context.group, [&] {
    if (context.group.rank() != 0) return;
    for (const std::filesystem::path& file : scratch_files(context.folder, node))
      std::filesystem::remove(file);
  });
}

}  // namespace

record::NodeRecord run_stage_1(const Context& context, const config::PlanNode& node) {
  const config::Stage1& stage_1 = context.configuration.stage_1;
  train::EvaluationSet validation = validation_images(context);
  const std::shared_ptr<model::Network> network = starting_network(context, node);
  train::TrainingSpec spec{
      .name = "network",
      .module = network,
      .logits = logits_of(network),
      .loss = make_loss(node.loss, {context.configuration, context.training.class_counts()}),
      .sgd = sgd_options(stage_1, stage_1.weight_decay),
      .schedule = {.kind = stage_1.schedule,
                   .learning_rate =
                       config::effective_learning_rate(context.configuration, stage_1.learning_rate),
                   .warmup_epochs = stage_1.warmup_epochs,
                   .epochs = stage_1.epochs,
                   .milestones = stage_1.step.milestones,
                   .factor = stage_1.step.factor,
                   .ahead = context.configuration.fidelity.schedule_ahead},
      .validate_every_epochs = stage_1.validate_every_epochs,
  };
  scale_backbone_rate(spec.sgd, stage_1);
  train::TrainingResult trained;
  if (stage_1.weights.empty()) {
    train::TrainingLoop loop(context.group, context.training, validation,
                             loop_options(context, node, node.seed, node.sampling), {spec});
    trained = std::move(loop.run().front());
  } else {
    trained.best = model::snapshot(model::state(*network));
  }

  record::NodeRecord done;
  trained.training.weights_digest = keep_weights(context, node.id, trained.best);
  done.stage_1.push_back({.id = node.id,
                          .seed = node.seed,
                          .sampling = node.sampling,
                          .loss = node.loss,
                          .training = trained.training});
  network->eval();
  const bool are_shared = others_take_features(context.configuration);
  if (!are_shared && node.learning.empty()) return done;
  // Left on disk by this node, so that those that stand on it find them, at work at the same time or not.
  if (are_shared) remove_old_features(context, node);
  Features features = evaluation_features(context, node, *network->backbone,
                                          are_shared ? KeepFeatures::yes : KeepFeatures::no);
  for (const config::LearningKind learning : node.learning) {
    record::CellRecord cell = make_cell(node, learning);
    cell.training.weights_digest = trained.training.weights_digest;
    const auto strategy = make_strategy(strategy_inputs(context, node, learning, network));
    done.cells.push_back(finished_cell(context, std::move(cell), *strategy, features));
  }
  return done;
}

}  // namespace ltr::learning
