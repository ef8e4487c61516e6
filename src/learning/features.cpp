// SPDX-License-Identifier: Apache-2.0
#include "learning/cell.hpp"
#include "learning/nodes.hpp"
#include "learning/training.hpp"

namespace ltr::learning {

record::NodeRecord run_features(const Context& context, const config::PlanNode& node) {
  const torch::NoGradGuard no_gradients;
  const std::shared_ptr<model::Network> network = trained_network(context, node);
  Features features = evaluation_features(context, node, *network->backbone);
  record::NodeRecord done;
  for (const config::LearningKind learning : node.learning) {
    const auto strategy = make_strategy(strategy_inputs(context, node, learning, network));
    done.cells.push_back(finished_cell(context, make_cell(node, learning), *strategy, features));
  }
  return done;
}

}  // namespace ltr::learning
