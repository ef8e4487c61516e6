// SPDX-License-Identifier: Apache-2.0
// What goes into a training loop and what comes out of it.
#pragma once

#include <memory>
#include <string>

#include <torch/torch.h>

#include "model/state.hpp"
#include "record/record.hpp"
#include "train/learning_rate.hpp"
#include "train/loss.hpp"
#include "train/sgd.hpp"
#include "train/step.hpp"

namespace ltr::train {

/// One network to be trained: stage 1 has one, stage 2 as many as it has heads. A training whose epochs are
/// over drops out while the others go on.
struct TrainingSpec {
  std::string name;                           ///< in checkpoints and messages; unique in its loop
  std::shared_ptr<torch::nn::Module> module;  ///< parameters that require gradients are trained
  Logits logits;                              ///< of pixels, or of features where a backbone is frozen
  std::shared_ptr<Loss> loss;
  SgdOptions sgd;
  LearningRateSchedule schedule;
  int validate_every_epochs = 1;  ///< and after the last
};

/// The outcome of one, the same on every rank.
struct TrainingResult {
  record::TrainingRecord training;
  /// Weights and buffers of the best validated epoch, by top-1, the first if several; with the buffers of a
  /// frozen backbone whose statistics move.
  model::NamedTensors best;
};

}  // namespace ltr::train
