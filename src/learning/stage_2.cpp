// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "learning/cell.hpp"
#include "learning/head.hpp"
#include "learning/nodes.hpp"
#include "learning/training.hpp"
#include "train/feature_pass.hpp"

namespace ltr::learning {
namespace {

Head make_head(config::LearningKind learning, const Context& context, const model::Classifier& stage_1,
               std::uint64_t seed) {
  switch (learning) {
    case config::LearningKind::crt:
    case config::LearningKind::finetune_classifier:
      return make_retrained(context.configuration, learning, stage_1, seed);
    case config::LearningKind::lws:
      return make_lws(context.configuration, stage_1);
    default:
      throw std::logic_error("a strategy that stage 2 does not train on a frozen backbone");
  }
}

}  // namespace

record::NodeRecord run_stage_2(const Context& context, const config::PlanNode& node) {
  const std::shared_ptr<model::Network> network = trained_network(context, node);
  model::Backbone& backbone = *network->backbone;
  const std::uint64_t seed = stage_2_seed(node.seed);
  std::vector<Head> heads;
  std::vector<train::Trainee> trainees;
  for (const config::LearningKind learning : node.learning) {
    heads.push_back(make_head(learning, context, *network->classifier, seed));
    trainees.push_back(heads.back().trainee);
  }

  // Where BatchNorm moves, every head ends on a backbone of its own, and features are computed for each.
  const bool moves = context.configuration.fidelity.frozen_statistics_move;
  Features inputs = moves ? Features{validation_images(context), watched_images(context, context.test)}
                          : evaluation_features(context, node, backbone);
  train::LoopOptions options = loop_options(context, node, seed, context.configuration.stage_2.sampling);
  options.step.frozen_backbone = network->backbone;
  options.step.update_statistics = moves;
  train::TrainingLoop loop(context.group, context.training, inputs.validation, options, trainees);
  std::vector<train::Trained> trained = loop.run();

  record::NodeRecord done;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    record::CellRecord cell = make_cell(node, heads[i].learning);
    cell.training = std::move(trained[i].training);
    const torch::Tensor weight = heads[i].weight();
    model::NamedTensors kept{{"fc.weight", weight}, {"fc.bias", heads[i].bias()}};
    if (moves) {
      const model::NamedTensors moved = model::buffers(backbone);
      model::load_state(moved, trained[i].best, cell.id, model::ExtraTensors::ignore);
      Features own{train::features_of(inputs.validation, backbone),
                   train::features_of(inputs.test, backbone)};
      measure(cell, own.validation, own.test, heads[i].trainee.logits);
      kept.insert(kept.end(), moved.begin(), moved.end());
    } else {
      measure(cell, inputs.validation, inputs.test, heads[i].trainee.logits);
    }
    cell.weight_norms = row_norms(weight);
    cell.training.weights_digest = keep_weights(context, cell.id, kept);
    done.cells.push_back(std::move(cell));
  }
  return done;
}

}  // namespace ltr::learning
