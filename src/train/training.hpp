// SPDX-License-Identifier: Apache-2.0
// A spec inside a loop: what moves it, and what is known of it so far.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "record/record.hpp"
#include "sampling/draw_statistics.hpp"
#include "train/checkpoint.hpp"
#include "train/evaluation_set.hpp"
#include "train/flat_parameters.hpp"
#include "train/training_spec.hpp"

namespace ltr::train {

/// A training in progress: its parameters as a vector, its optimiser and its history.
class Training {
 public:
  /// Puts the module into training mode. K is the number of classes; `more` are live tensors outside the
  /// module that are part of the training's state.
  Training(TrainingSpec spec, std::int32_t classes, const model::NamedTensors& more = {});

  [[nodiscard]] const TrainingSpec& spec() const { return spec_; }
  [[nodiscard]] FlatParameters& parameters() { return parameters_; }
  [[nodiscard]] std::int64_t parameter_floats() const { return parameters_.size(); }
  /// Tensors are the live ones, not copies.
  [[nodiscard]] const TrainingState& state() const { return state_; }

  [[nodiscard]] bool is_active(std::int64_t epoch) const { return epoch < spec_.schedule.epochs; }
  [[nodiscard]] double learning_rate(std::int64_t epoch) const {
    return learning_rate_at(spec_.schedule, epoch);
  }

  /// Moves the parameters by the gradients of a step whose losses add up to `loss_sum`.
  void step(std::int64_t epoch, double loss_sum);
  /// Validates if it is time to, completes `row` with what is this training's own, and keeps the weights if
  /// they are the best so far. Collective: all ranks of the set's group.
  void finish_epoch(record::EpochRow row, const sampling::DrawStatistics& account, EvaluationSet& validation);

  /// Takes a state's values into its own tensors. `source` is what messages call the state's origin.
  void restore(TrainingState state, std::string_view source);
  /// Of weights, buffers and momentum as they are now.
  [[nodiscard]] std::string state_digest() const;
  /// Puts the best weights into the module, for good, and returns them with the history, in which
  /// `state_digest` is that of the end of training. Buffers that trainings share then hold this one's best.
  [[nodiscard]] TrainingResult finalize(std::string state_digest);

 private:
  void validate(record::EpochRow& row, EvaluationSet& validation);

  TrainingSpec spec_;
  FlatParameters parameters_;
  Sgd sgd_;
  TrainingState state_;
};

}  // namespace ltr::train
