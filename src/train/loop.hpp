// SPDX-License-Identifier: Apache-2.0
// The training loop of both stages: epochs of steps, validation, the best epoch's weights, checkpoints.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "comm/group.hpp"
#include "config/enums.hpp"
#include "data/loader.hpp"
#include "data/pack.hpp"
#include "model/backbone.hpp"
#include "sampling/scheme.hpp"
#include "train/checkpoint.hpp"
#include "train/compute_device.hpp"
#include "train/evaluation_set.hpp"
#include "train/step.hpp"
#include "train/training_spec.hpp"

namespace ltr::train {

/// What a person watching wants to know.
struct Progress {
  std::int64_t epoch = 0;  ///< from 0
  std::int64_t epochs = 0;
  std::int64_t step = 0;  ///< steps done in this epoch
  std::int64_t steps = 0;
  double loss = 0;           ///< mean over the images of the last step, first active spec
  double images_per_s = 0;   ///< of all ranks, over this epoch's steps
  double wait_fraction = 0;  ///< of this rank's time in this epoch's steps, waiting for data
};

/// What a loop trains on, and how it is shared and kept.
struct LoopOptions {
  std::uint64_t seed = 0;
  config::SamplingKind sampling{};
  sampling::SamplingScheme scheme = sampling::SamplingScheme::exact;
  std::int64_t global_batch = 0;  ///< B
  int micro_batches = 1;          ///< V
  ComputeDevice device = {};      ///< where the networks are
  StepOptions step;  ///< its transport is the device's; with a frozen backbone all are given its features,
                     ///< which change only with BatchNorm's statistics, where those are updated
  data::LoaderOptions loader;  ///< its mode is ignored
  bool keep_decoded = false;   ///< images stay decoded in memory from epoch to epoch
  CheckpointFiles checkpoint;  ///< of an empty name: none is kept
  int checkpoint_every_epochs = 1;
  double checkpoint_every_s = 0;                  ///< also within an epoch, this long after the last, and a
                                                  ///< step; 0: not
  std::int64_t most_steps = 0;                    ///< an epoch is cut off there; 0: nowhere
  std::function<void(const Progress&)> progress;  ///< after every step, on every rank; may be empty
  std::function<bool()> stop_requested;           ///< asked every step, on every rank; may be empty
  std::function<void(const std::string&)> warn;   ///< of what a person should know; may be empty
};

/// Trains networks on the same draws. A frozen backbone runs once a micro-batch for all of them.
class TrainingLoop {
 public:
  /// `validation` has the networks' inputs: features where the backbone is frozen, unless its statistics are
  /// updated. Pack and set must outlive it. Throws: ConfigError if the set is smaller than the global batch
  /// or ranks cannot share the micro-batches.
  TrainingLoop(const comm::Group& group, const data::Pack& pack, EvaluationSet& validation,
               LoopOptions options, std::vector<TrainingSpec> specs);
  TrainingLoop(const TrainingLoop&) = delete;
  TrainingLoop& operator=(const TrainingLoop&) = delete;
  ~TrainingLoop();

  /// Goes on from the newest sound checkpoint, if there is one, to the end; the modules then hold their best
  /// weights. The last checkpoint stays, so that a caller killed before it has stored the outcome gets it
  /// again; the caller removes it. Collective: all ranks of the group. Throws: Stopped after a checkpoint if
  /// a rank was asked to stop; SystemError naming epoch, step and learning rate if a loss is not finite; what
  /// a loader threw.
  [[nodiscard]] std::vector<TrainingResult> run();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ltr::train
