// SPDX-License-Identifier: Apache-2.0
#include "train/training.hpp"

#include <array>
#include <limits>
#include <numeric>
#include <utility>

#include "base/hash.hpp"
#include "base/stopwatch.hpp"
#include "train/evaluate.hpp"
#include "train/torch_error.hpp"

namespace ltr::train {

Training::Training(TrainingSpec spec, std::int32_t classes, const model::NamedTensors& more)
    : spec_(std::move(spec)), parameters_(*spec_.module), sgd_(spec_.sgd, parameters_) {
  spec_.module->train();
  state_.name = spec_.name;
  state_.weights = model::state(*spec_.module);
  state_.weights.insert(state_.weights.end(), more.begin(), more.end());
  state_.momentum = sgd_.momentum();
  state_.history.draws_made.assign(static_cast<std::size_t>(classes), 0);
}

void Training::step(std::int64_t epoch, double loss_sum) {
  sgd_.step(parameters_.values(), parameters_.gradients(), learning_rate(epoch));
  state_.epoch_loss_sum += loss_sum;
}

void Training::validate(record::EpochRow& row, EvaluationSet& validation) {
  const base::Stopwatch stopwatch;
  spec_.module->eval();
  const std::int64_t correct = count_correct(validation, spec_.logits);
  spec_.module->train();
  std::array<double, 1> evaluation_s{stopwatch.seconds()};
  validation.group().max(evaluation_s);
  row.evaluation_s += evaluation_s[0];
  row.validation_top1_percent =
      100.0 * static_cast<double>(correct) / static_cast<double>(validation.images());
  if (correct > state_.best_correct) {
    state_.best_correct = correct;
    state_.best.clear();  // before its successor takes memory
    comm::agree(validation.group(),
                [&] { translating_torch_errors([&] { state_.best = model::snapshot(state_.weights); }); });
    state_.history.best_epoch = row.epoch;
  }
}

void Training::finish_epoch(record::EpochRow row, const sampling::DrawStatistics& account,
                            EvaluationSet& validation) {
  row.validation_top1_percent = std::numeric_limits<double>::quiet_NaN();
  const std::int64_t done = row.epoch + 1;
  if (done % spec_.validate_every_epochs == 0 || done == spec_.schedule.epochs) {
    validate(row, validation);
  }
  const auto draws = std::reduce(account.drawn.begin(), account.drawn.end());
  row.train_loss = std::exchange(state_.epoch_loss_sum, 0.0) / static_cast<double>(draws);
  row.learning_rate = learning_rate(row.epoch);
  record::TrainingRecord& training = state_.history;
  training.epochs.push_back(row);
  training.class_weights = account.probabilities;
  for (std::size_t k = 0; k < account.drawn.size(); ++k) training.draws_made[k] += account.drawn[k];
  training.draws_digest = base::sha256_hex(training.draws_digest + account.digest);
}

void Training::restore(TrainingState state, std::string_view source) {
  model::load_state(state_.weights, state.weights, source);
  state_.momentum.copy_(state.momentum);
  state.weights = std::move(state_.weights);
  state.momentum = std::move(state_.momentum);
  state_ = std::move(state);
}

std::string Training::state_digest() const {
  model::NamedTensors now = state_.weights;
  now.emplace_back("momentum", state_.momentum);
  return model::weights_digest(now);
}

TrainingResult Training::finalize(std::string state_digest) {
  torch::nn::Module& module = *spec_.module;
  state_.history.state_digest = std::move(state_digest);
  model::load_state(state_.weights, state_.best, "the best epoch");
  module.eval();
  // In the module's order: a checkpoint's file has another.
  TrainingResult result{state_.history, model::snapshot(state_.weights)};
  result.training.weights_digest = model::weights_digest(result.best);
  return result;
}

}  // namespace ltr::train
