// SPDX-License-Identifier: Apache-2.0
// Everything a training loop needs to go on as if it had never stopped, in one safetensors file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "data/loader.hpp"
#include "model/state.hpp"
#include "record/record.hpp"
#include "train/delivered_draws.hpp"

namespace ltr::train {

/// One training between two steps.
struct TrainingState {
  std::string name;
  model::NamedTensors weights;  ///< parameters and buffers
  torch::Tensor momentum;
  model::NamedTensors best;        ///< of the best epoch so far; empty before the first validation
  std::int64_t best_correct = -1;  ///< its correct validation images
  record::TrainingRecord history;  ///< of the epochs completed
  double epoch_loss_sum = 0;       ///< over the images of this epoch's completed steps
};

/// Seconds spent in the steps of one epoch.
struct EpochTimes {
  double step_s = 0;
  double exchange_s = 0;
  data::LoaderTimes loader;
};

/// A loop between two steps: `step` steps of `epoch` are done.
struct LoopState {
  std::int64_t epoch = 0;
  std::int64_t step = 0;
  EpochTimes times;
  std::vector<TrainingState> trainings;
  std::optional<DeliveredImages> delivered;  ///< in this epoch; none in files of format 1
};

/// Which checkpoints there are of one training: the newest is `newest`, the older ones stand beside it with
/// ".1", ".2", ... behind its name.
struct CheckpointFiles {
  std::filesystem::path newest;
  int keep = 2;
  std::function<void()> before_write = {};  ///< may refuse by throwing; may be empty

  [[nodiscard]] std::filesystem::path older(int by) const;
  void remove() const;
};

/// Writes beside the newest, with a checksum; then those before move on by one and the oldest goes.
/// `identity` says which training this is the state of.
/// Throws: SystemError if it cannot be written, or the file system has no room for it: before anything is;
/// what before_write throws.
void write_checkpoint(const CheckpointFiles& files, const std::string& identity, const LoopState& state);

/// What is found of a training.
struct FoundCheckpoint {
  struct Damage {
    std::filesystem::path file;
    std::string what;
  };
  std::optional<LoopState> state;  ///< of the newest sound file; nothing if there is none
  std::vector<Damage> damaged;     ///< files that are newer, and what is wrong with them
};

/// Files of format 1, which earlier versions wrote, are read too.
/// Throws: DataError if a sound file belongs to another training, naming both identities; SystemError if one
/// cannot be read, which says nothing about what it holds, or is of a later format.
[[nodiscard]] FoundCheckpoint read_checkpoint(const CheckpointFiles& files, const std::string& identity);

}  // namespace ltr::train
