// SPDX-License-Identifier: Apache-2.0
// One step of data-parallel training whose bits do not depend on how many ranks share it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <torch/torch.h>

#include "comm/exchange.hpp"
#include "comm/group.hpp"
#include "comm/tree_sum.hpp"
#include "config/enums.hpp"
#include "model/ghost_batch_norm.hpp"
#include "sampling/slice.hpp"
#include "train/flat_parameters.hpp"
#include "train/micro_batch.hpp"
#include "train/objective.hpp"

namespace ltr::train {

/// Inputs to logits: [b, ...] -> [b, K].
using Logits = std::function<torch::Tensor(const torch::Tensor&)>;

/// One of the networks that a step trains side by side on the same inputs.
struct StepTask {
  std::shared_ptr<torch::nn::Module> module;  ///< its GhostBatchNorm2d layers that move take part
  Logits logits;
  std::shared_ptr<Objective> objective;
  FlatParameters* parameters = nullptr;  ///< of `module`; outlives the step
};

/// Whose BatchNorm statistics move running buffers, besides those of the tasks' modules.
struct MovingStatistics {
  /// What makes the tasks' inputs, without a gradient; its layers that move take part. May be null.
  std::shared_ptr<torch::nn::Module> shared;
  bool first_part = false;  ///< those of the first micro-batch alone count, not the mean over all
};

/// How gradients go to the sums over micro-batches and ranks, which are made on the host.
enum class Staging {
  as_needed,  ///< from where they are, if that is the host
  always,     ///< by way of a second vector, as those of a GPU
};

/// What all ranks know after a step.
struct StepResult {
  std::vector<double> loss_sums;  ///< over the global batch, one a task
  bool stop = false;              ///< some rank asked to stop
};

/// Runs the micro-batches of a rank one by one and sums their gradients by the binary tree over all V.
/// Gradients, BatchNorm statistics, losses and a status word are one vector, cut into buckets that go out
/// while the last micro-batch's backward pass still runs; those of a GPU when it has ended, by way of pinned
/// memory. A rank that fails completes the exchange with its
/// status set, and then all ranks throw its error.
class Step {
 public:
  /// Binds the gradients of every task's parameters. shape.ranks = group.size().
  Step(const comm::Group& group, config::Reduction reduction, const sampling::BatchShape& shape,
       std::vector<StepTask> tasks, MovingStatistics statistics = {}, Staging staging = Staging::as_needed);
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;
  ~Step();

  /// One step: afterwards every task's gradients() hold the gradient of the mean loss over the global batch,
  /// and the running buffers of BatchNorm have moved. `next` yields this rank's V / R micro-batches in order
  /// and may throw. Collective: all ranks of the group. Throws: the error of the lowest rank that failed.
  StepResult run(const std::function<MicroBatch()>& next, bool stop_requested);

  /// Time inside run that waited for other ranks' gradients, since construction.
  [[nodiscard]] double exchange_s() const { return exchange_->exposed_s(); }
  /// Of what goes out in a step, in that order. Units: floats.
  [[nodiscard]] std::vector<std::size_t> bucket_sizes() const;

 private:
  struct Bucket {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    int parameters = 0;  ///< that have to be ready before it may go out
    int missing = 0;     ///< of them, in this backward pass
  };
  struct Norm {
    std::shared_ptr<model::GhostBatchNorm2d> layer;
    torch::Tensor mean;
    torch::Tensor variance;
  };
  class GradientReady;

  torch::Tensor allocate_leaf();
  [[nodiscard]] bool is_staged() const { return !host_.is_same(leaf_); }
  void add_norms(const torch::nn::Module& module);
  void bind_gradients();
  void bind_statistics();
  [[nodiscard]] unsigned own_micro_batches() const {
    return static_cast<unsigned>(shape_.micro_batches / shape_.ranks);
  }
  void push_zeros();
  void backward(const MicroBatch& batch);
  void fetch();
  [[nodiscard]] torch::Tensor statistics() const;
  void gradient_ready(std::size_t bucket);
  void send_next_bucket(bool complete);
  void finish_exchange(bool failed, bool stop_requested);
  void move_running_buffers();

  sampling::BatchShape shape_;
  comm::Group group_;
  std::vector<StepTask> tasks_;
  MovingStatistics moving_;
  std::vector<Norm> norms_;
  std::vector<Bucket> buckets_;
  std::int64_t statistics_begin_ = 0;
  std::int64_t losses_begin_ = 0;
  std::int64_t status_begin_ = 0;
  /// [gradients | BatchNorm means and variances | a loss a task | failed, stop], where the network is.
  torch::Tensor leaf_;
  torch::Tensor host_;  ///< the same on the host, for sums and exchange; leaf_ itself where that is there
  std::size_t next_bucket_ = 0;
  bool sending_ = false;  ///< in the rank's last micro-batch
  comm::TreeAccumulator accumulator_;
  std::unique_ptr<comm::Exchange> exchange_;
};

}  // namespace ltr::train
