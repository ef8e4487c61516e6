// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "learning/cell.hpp"
#include "learning/nodes.hpp"
#include "learning/training.hpp"
#include "train/feature_pass.hpp"

namespace ltr::learning {

record::NodeRecord run_stage_2(const Context& context, const config::PlanNode& node) {
  const std::shared_ptr<model::Network> network = trained_network(context, node);
  model::Backbone& backbone = *network->backbone;
  const bool is_frozen = node.kind == config::NodeKind::stage_2;
  const bool moves = is_frozen && context.configuration.fidelity.frozen_statistics_move;
  std::vector<std::unique_ptr<Strategy>> strategies;
  std::vector<train::TrainingSpec> trainings;
  for (const config::LearningKind learning : node.learning) {
    strategies.push_back(make_strategy(strategy_inputs(context, node, learning, network)));
    trainings.push_back(strategies.back()->training().value());
  }

  // Where the backbone stays as it is, its features are computed once. Where not, every strategy ends on one
  // of its own.
  std::optional<Features> shared;
  std::optional<train::EvaluationSet> validation;
  if (is_frozen && !moves) {
    shared.emplace(evaluation_features(context, node, backbone));
  } else {
    validation.emplace(validation_images(context));
  }
  train::LoopOptions options =
      loop_options(context, node, stage_2_seed(node.seed), context.configuration.stage_2.sampling);
  if (is_frozen) options.step.frozen_backbone = network->backbone;
  options.step.update_statistics = moves;
  train::TrainingLoop loop(context.group, context.training, shared ? shared->validation : *validation,
                           options, std::move(trainings));
  std::vector<train::TrainingResult> trained = loop.run();

  std::optional<train::EvaluationSet> test;
  if (!shared) test.emplace(watched_images(context, context.test));
  record::NodeRecord done;
  for (std::size_t i = 0; i < strategies.size(); ++i) {
    record::CellRecord cell = make_cell(node, node.learning[i]);
    cell.training = std::move(trained[i].training);
    if (shared) {
      done.cells.push_back(finished_cell(context, std::move(cell), *strategies[i], *shared));
      continue;
    }
    model::NamedTensors moved;
    if (moves) {
      moved = model::buffers(backbone);
      model::load_state(moved, trained[i].best, cell.id, model::ExtraTensors::ignore);
    }
    Features own{train::features_of(*validation, backbone), train::features_of(*test, backbone)};
    done.cells.push_back(finished_cell(context, std::move(cell), *strategies[i], own, moved));
  }
  return done;
}

}  // namespace ltr::learning
