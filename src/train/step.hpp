// SPDX-License-Identifier: Apache-2.0
// One step of data-parallel training whose bits do not depend on how many ranks share it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include <torch/torch.h>

#include "comm/gradient_reducer.hpp"
#include "comm/group.hpp"
#include "config/enums.hpp"
#include "device/stream.hpp"
#include "model/backbone.hpp"
#include "sampling/slice.hpp"
#include "train/flat_parameters.hpp"
#include "train/gradient_tree.hpp"
#include "train/loss.hpp"
#include "train/micro_batch.hpp"
#include "train/reduce_buffer.hpp"
#include "train/step_graph.hpp"

namespace ltr::train {

/// Inputs to logits: [b, ...] -> [b, K].
using Logits = std::function<torch::Tensor(const torch::Tensor&)>;

/// One of the networks that a step trains side by side on the same inputs.
struct StepTask {
  std::shared_ptr<torch::nn::Module> module;  ///< its GhostBatchNorm2d layers that move take part
  Logits logits;
  std::shared_ptr<Loss> loss;
  FlatParameters* parameters = nullptr;  ///< of `module`; outlives the step
};

struct StepOptions {
  config::Reduction reduction = config::Reduction::fixed_order;
  comm::Transport transport = comm::Transport::mpi;
  /// Makes the tasks' inputs of pixels, without a gradient; null: they see the pixels themselves.
  std::shared_ptr<model::Backbone> frozen_backbone = nullptr;
  bool update_statistics = false;      ///< of its BatchNorm layers, those that move
  bool first_part_statistics = false;  ///< running buffers follow the first micro-batch alone, not the mean
  bool as_graph = false;               ///< a GPU's kernels are recorded once and then started together
};

/// What a rank asks of all others in a step.
struct StepSignals {
  bool stop = false;        ///< to end after this step
  bool checkpoint = false;  ///< to write one after this step
};

/// What all ranks know after a step.
struct StepResult {
  std::vector<double> loss_sums;  ///< the mean over the global batch times B, one a task
  StepSignals asked;              ///< by some rank
};

/// Runs the micro-batches of a rank one by one and sums their gradients by the binary tree over all V.
/// Gradients, BatchNorm statistics, losses and a status word are one vector, cut into buckets that go out
/// while the last micro-batch's backward pass still runs. A rank that fails completes the exchange with its
/// status set, and then all ranks throw its error.
class Step {
 public:
  /// Binds the gradients of every task's parameters. shape.ranks = group.size().
  /// Collective: all ranks of the group. Throws: ConfigError if the kernels are to be recorded where there is
  /// no GPU, or messages over MPI stand between them.
  Step(const comm::Group& group, const sampling::BatchShape& shape, std::vector<StepTask> tasks,
       StepOptions options = {});
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;
  ~Step();

  /// One step: afterwards every task's gradients() hold the gradient of the mean loss over the global batch,
  /// and the running buffers of BatchNorm have moved. `next` yields this rank's V / R micro-batches in order
  /// and may throw; `meanwhile` is called once while a GPU computes, and must not throw. `weight_sums` is,
  /// for every task, the sum of its images' weights over the global batch; empty where none has weights.
  /// Collective: all ranks of the group. Throws: the error of the lowest rank that failed.
  StepResult run(const std::function<MicroBatch()>& next, const StepSignals& asks = {},
                 const std::function<void()>& meanwhile = {}, std::span<const double> weight_sums = {});

  /// Time inside run that waited for other ranks' gradients, since construction.
  [[nodiscard]] double exchange_s() const { return exchange_->exposed_s(); }
  /// Of what goes out in a step, in that order. Units: floats.
  [[nodiscard]] std::vector<std::size_t> bucket_sizes() const;

 private:
  class GradientReady;

  [[nodiscard]] unsigned own_micro_batches() const {
    return static_cast<unsigned>(shape_.micro_batches / shape_.ranks);
  }
  [[nodiscard]] torch::Device device() const { return buffer_.all().device(); }

  std::exception_ptr run_plain(const std::function<MicroBatch()>& next, const StepSignals& asks);
  std::exception_ptr run_graph(const std::function<MicroBatch()>& next, const StepSignals& asks);
  void record_graph();
  void begin_passes();
  void pass(const MicroBatch& batch, unsigned number);
  void backward(const MicroBatch& batch);
  void gradient_ready(std::size_t bucket);
  void send_next_bucket(bool complete);
  void set_scales(std::span<const double> weight_sums);
  void set_status(bool failed, const StepSignals& asks);
  void finish_exchange(bool complete);

  sampling::BatchShape shape_;
  comm::Group group_;
  std::vector<StepTask> tasks_;
  StepOptions options_;
  ReduceBuffer buffer_;
  torch::Tensor scales_;       ///< of each task's loss: 1 / B, or 1 / its sum of weights
  torch::Tensor host_scales_;  ///< the same on the host; pinned where a GPU reads it
  torch::Tensor status_;       ///< of this rank, as ReduceBuffer::status; where the network is
  torch::Tensor host_status_;  ///< the same on the host; pinned where a GPU reads it
  torch::Tensor host_tail_;    ///< losses and status of all ranks on the host; pinned where a GPU writes it
  GradientTree tree_;
  std::vector<int> missing_;  ///< parameters of each bucket whose gradients this backward pass still owes
  std::size_t next_bucket_ = 0;
  bool sending_ = false;  ///< in the rank's last micro-batch
  std::unique_ptr<comm::GradientReducer> exchange_;
  device::Event computed_;
  std::vector<MicroBatch> fixed_inputs_;  ///< what the recorded kernels read
  std::unique_ptr<StepGraph> graph_;      ///< null: kernels are started one by one
  int plain_steps_ = 0;                   ///< whose kernels were started one by one
};

}  // namespace ltr::train
