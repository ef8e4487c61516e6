// SPDX-License-Identifier: Apache-2.0
// BatchNorm whose training statistics are those of one micro-batch, handed to the trainer instead of kept.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <torch/torch.h>

namespace ltr::model {

/// Like torch::nn::BatchNorm2d, names included, but a training pass leaves the running buffers alone: it
/// writes the micro-batch's mean and unbiased variance to the bound slots. The trainer averages the slots
/// over micro-batches and moves the running buffers once a step. In evaluation mode it normalises by the
/// running buffers. One whose parameters are frozen stays in evaluation mode, unless it is told to keep
/// moving.
class GhostBatchNorm2d : public torch::nn::Module {
 public:
  explicit GhostBatchNorm2d(std::int64_t channels);

  /// Training mode, if it moves.
  void train(bool on = true) override;
  /// Whether training moves its running buffers.
  [[nodiscard]] bool moves() const { return keeps_moving_ || weight.requires_grad(); }
  /// From now on also where its parameters are frozen. Differs from the paper: the authors' code does so.
  void keep_moving() { keeps_moving_ = true; }

  /// Differentiable. A training pass needs bound slots.
  /// Shape: [B, C, H, W] -> the same.
  torch::Tensor forward(const torch::Tensor& input);

  /// Where training passes write their statistics: views into a buffer of the caller's, which fills them with
  /// finite numbers before each pass. The buffer may be changed in place between forward and backward pass.
  /// Shape: [C] float32, contiguous, both.
  void bind_statistics(torch::Tensor mean_slot, torch::Tensor variance_slot);

  [[nodiscard]] std::int64_t channels() const { return weight.size(0); }

  torch::Tensor weight;               ///< [C], starts at 1
  torch::Tensor bias;                 ///< [C], starts at 0
  torch::Tensor running_mean;         ///< [C] buffer, starts at 0
  torch::Tensor running_var;          ///< [C] buffer, starts at 1
  torch::Tensor num_batches_tracked;  ///< [] int64 buffer, steps applied

 private:
  bool keeps_moving_ = false;
  torch::Tensor mean_slot_;
  torch::Tensor variance_slot_;
};

/// The running buffers of layers and the statistics that they follow, all moved at once: a network has a
/// hundred of them, each too small to be worth an operator of its own.
class RunningBuffers {
 public:
  /// Shape: [C] float32, both, read by every move; `variance` is the unbiased one.
  void add(const GhostBatchNorm2d& layer, const torch::Tensor& mean, const torch::Tensor& variance);
  /// running = (1 - momentum) running + momentum statistic, once a step.
  void move(double momentum = 0.1) const;

 private:
  std::vector<torch::Tensor> running_;
  std::vector<torch::Tensor> statistics_;
  std::vector<torch::Tensor> counts_;
};

/// All of a module's, in order of registration.
[[nodiscard]] std::vector<std::shared_ptr<GhostBatchNorm2d>> ghost_batch_norms(
    const torch::nn::Module& module);

}  // namespace ltr::model
