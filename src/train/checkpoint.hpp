// SPDX-License-Identifier: Apache-2.0
// Everything a training loop needs to go on as if it had never stopped, in one safetensors file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "data/loader.hpp"
#include "model/state.hpp"
#include "record/record.hpp"

namespace ltr::train {

/// One trainee between two steps.
struct TraineeState {
  std::string name;
  model::NamedTensors weights;  ///< parameters and buffers
  torch::Tensor momentum;
  model::NamedTensors best;         ///< of the best epoch so far; empty before the first validation
  std::int64_t best_correct = -1;   ///< its correct validation images
  record::TrainingRecord training;  ///< of the epochs completed
  double epoch_loss_sum = 0;        ///< over the images of this epoch's completed steps
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
  std::vector<TraineeState> trainees;
};

/// Writes beside `path`, then renames. `identity` says which training this is the state of.
/// Throws: SystemError if it cannot be written.
void write_checkpoint(const std::filesystem::path& path, const std::string& identity, const LoopState& state);

/// The state in `path`; nothing if there is no such file.
/// Throws: DataError if the file is damaged or belongs to another training, naming both identities.
[[nodiscard]] std::optional<LoopState> read_checkpoint(const std::filesystem::path& path,
                                                       const std::string& identity);

}  // namespace ltr::train
