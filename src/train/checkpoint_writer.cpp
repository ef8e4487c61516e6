// SPDX-License-Identifier: Apache-2.0
#include "train/checkpoint_writer.hpp"

#include <chrono>
#include <utility>

namespace ltr::train {
namespace {

/// On the host: what else a GPU computes is not ordered with a copy that another thread begins. The best
/// weights are never written to once they are kept, so on the host they are shared.
LoopState copied(LoopState state) {
  const auto copy = [](torch::Tensor& tensor) {
    tensor = tensor.to(torch::kCPU, tensor.scalar_type(), /*non_blocking=*/false, /*copy=*/true);
  };
  for (TrainingState& training : state.trainings) {
    for (auto& [name, tensor] : training.weights) copy(tensor);
    for (auto& [name, tensor] : training.best) tensor = tensor.cpu();
    copy(training.momentum);
  }
  return state;
}

}  // namespace

CheckpointWriter::CheckpointWriter(CheckpointFiles files, std::string identity)
    : files_(std::move(files)), identity_(std::move(identity)) {}

void CheckpointWriter::begin(const LoopState& state) {
  take_outcome();
  if (failure_ || writing_.valid()) return;
  try {
    writing_ = std::async(std::launch::async,
                          [this, copy = copied(state)] { write_checkpoint(files_, identity_, copy); });
  } catch (...) {
    failure_ = std::current_exception();
  }
}

void CheckpointWriter::write(const LoopState& state) {
  if (writing_.valid()) writing_.wait();
  raise_failure();
  write_checkpoint(files_, identity_, state);
}

void CheckpointWriter::raise_failure() {
  take_outcome();
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void CheckpointWriter::take_outcome() {
  if (!writing_.valid() || writing_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
  try {
    writing_.get();
  } catch (...) {
    failure_ = std::current_exception();
  }
}

}  // namespace ltr::train
