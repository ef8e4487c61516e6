// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <stdexcept>

#include "base/random.hpp"
#include "learning/cell.hpp"
#include "learning/head.hpp"
#include "learning/nodes.hpp"
#include "learning/training.hpp"

namespace ltr::learning {
namespace {

/// Stage 2's draws, augmentation and initial values are its own, not those of stage 1 over again.
std::uint64_t stage_2_seed(std::uint64_t seed) {
  return base::CounterRandom(seed, base::Stream::stage_2_seed).next_u64();
}

Head make_head(config::LearningKind learning, const Context& context, model::Classifier& stage_1,
               std::uint64_t seed) {
  switch (learning) {
    case config::LearningKind::crt:
      return make_crt(context.configuration, stage_1, seed);
    case config::LearningKind::lws:
      return make_lws(context.configuration, stage_1);
    default:
      throw std::logic_error("a strategy that stage 2 does not train");
  }
}

}  // namespace

record::NodeRecord run_stage_2(const Context& context, const config::PlanNode& node) {
  const std::shared_ptr<model::Network> network = trained_network(context, node);
  const std::uint64_t seed = stage_2_seed(node.seed);
  std::vector<Head> heads;
  std::vector<train::Trainee> trainees;
  for (const config::LearningKind learning : node.learning) {
    heads.push_back(make_head(learning, context, *network->classifier, seed));
    trainees.push_back(heads.back().trainee);
  }

  Features features = evaluation_features(context, node, *network->backbone);
  train::LoopOptions options = loop_options(context, node, seed, context.configuration.stage_2.sampling);
  options.frozen = network->backbone;
  train::TrainingLoop loop(context.group, context.training, features.validation, options, trainees);
  std::vector<train::Trained> trained = loop.run();

  record::NodeRecord done;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    record::CellRecord cell = make_cell(node, heads[i].learning);
    cell.training = std::move(trained[i].training);
    measure(cell, features.validation, features.test, heads[i].trainee.logits);
    const torch::Tensor weight = heads[i].weight();
    cell.weight_norms = row_norms(weight);
    cell.training.weights_digest =
        keep_weights(context, cell.id, {{"fc.weight", weight}, {"fc.bias", heads[i].bias()}});
    done.cells.push_back(std::move(cell));
  }
  return done;
}

}  // namespace ltr::learning
