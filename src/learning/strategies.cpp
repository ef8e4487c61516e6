// SPDX-License-Identifier: Apache-2.0
#include "learning/strategies.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "base/check.hpp"
#include "config/recipe.hpp"
#include "learning/losses.hpp"
#include "learning/training.hpp"

namespace ltr::learning {
namespace {

using config::LearningKind;

struct Row {
  LearningKind learning;
  std::unique_ptr<Strategy> (*make)(const StrategyInputs&);
};
constexpr Row kStrategies[] = {
    {LearningKind::joint, make_joint},
    {LearningKind::ncm, make_ncm},
    {LearningKind::crt, make_crt},
    {LearningKind::tau_normalized, make_tau_normalized},
    {LearningKind::lws, make_lws},
    {LearningKind::finetune_all, make_finetune},
    {LearningKind::finetune_all_tenth_lr, make_finetune},
    {LearningKind::finetune_last_block, make_finetune},
    {LearningKind::finetune_classifier, make_crt},
    {LearningKind::logit_adjusted, make_logit_adjusted},
};

}  // namespace

std::unique_ptr<Strategy> make_strategy(const StrategyInputs& inputs) {
  const auto row = std::ranges::find(kStrategies, inputs.learning, &Row::learning);
  LTR_EXPECT(row != std::end(kStrategies));
  return row->make(inputs);
}

train::TrainingSpec stage_2_training(const StrategyInputs& inputs, std::shared_ptr<torch::nn::Module> module,
                                     train::Logits logits) {
  const config::Configuration& configuration = inputs.configuration;
  const config::Stage1& stage_1 = configuration.stage_1;
  const config::Stage2& stage_2 = configuration.stage_2;
  const config::LearningMethod& method = config::method_of(inputs.learning);
  return {
      .name = std::string(method.name),
      .module = std::move(module),
      .logits = std::move(logits),
      .loss = make_loss(stage_2.loss, {configuration, inputs.class_counts}),
      .sgd = sgd_options(stage_1, stage_2.weight_decay.value_or(stage_1.weight_decay)),
      .schedule = {.kind = stage_2.schedule,
                   .learning_rate = method.rate_scale *
                                    config::effective_learning_rate(configuration, stage_2.learning_rate),
                   .warmup_epochs = 0,
                   .epochs = method.epochs(stage_2),
                   .ahead = configuration.fidelity.schedule_ahead},
  };
}

}  // namespace ltr::learning
