// SPDX-License-Identifier: Apache-2.0
#include "learning/head.hpp"

#include <utility>

#include "config/recipe.hpp"
#include "learning/cross_entropy.hpp"
#include "learning/training.hpp"

namespace ltr::learning {

train::Trainee stage_2_trainee(const config::Configuration& configuration, std::string name,
                               std::shared_ptr<torch::nn::Module> module, train::Logits logits,
                               double weight_decay, std::int64_t epochs) {
  const config::Stage1& stage_1 = configuration.stage_1;
  return {
      .name = std::move(name),
      .module = std::move(module),
      .logits = std::move(logits),
      .objective = make_objective(stage_1),
      .sgd = sgd_options(stage_1, weight_decay),
      .schedule = {.kind = configuration.stage_2.schedule,
                   .learning_rate =
                       config::effective_learning_rate(configuration, configuration.stage_2.learning_rate),
                   .warmup_epochs = 0,
                   .epochs = epochs,
                   .ahead = configuration.fidelity.schedule_ahead},
  };
}

}  // namespace ltr::learning
