// SPDX-License-Identifier: Apache-2.0
// Checkpoints written while training goes on.
#pragma once

#include <exception>
#include <future>
#include <string>

#include "train/checkpoint.hpp"

namespace ltr::train {

/// Writes the states of one training, one after another, on a thread of its own. Used by one rank of a group.
class CheckpointWriter {
 public:
  CheckpointWriter(CheckpointFiles files, std::string identity);
  CheckpointWriter(const CheckpointWriter&) = delete;
  CheckpointWriter& operator=(const CheckpointWriter&) = delete;
  /// Waits for what is being written.
  ~CheckpointWriter() = default;

  /// Copies `state` and begins to write the copy; leaves it out while an earlier one is still being written
  /// or has failed.
  void begin(const LoopState& state);
  /// Writes `state` and returns when it is on disk. Throws: as write_checkpoint.
  void write(const LoopState& state);
  /// Throws: what writing has thrown since the last call.
  void raise_failure();

 private:
  void take_outcome();

  CheckpointFiles files_;
  std::string identity_;
  std::exception_ptr failure_;
  std::future<void> writing_;  ///< its destructor waits
};

}  // namespace ltr::train
