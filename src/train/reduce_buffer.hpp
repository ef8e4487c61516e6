// SPDX-License-Identifier: Apache-2.0
// What ranks exchange in a step, as one buffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <torch/torch.h>

#include "model/ghost_batch_norm.hpp"
#include "train/flat_parameters.hpp"

namespace ltr::train {

/// [gradients | BatchNorm means and variances | a loss a task | failed, stop, checkpoint], float32, where the
/// networks are; cut into buckets. The last bucket holds all that stands behind the gradients.
class ReduceBuffer {
 public:
  using Norms = std::vector<std::shared_ptr<model::GhostBatchNorm2d>>;
  /// Part of the buffer that is exchanged at once. Units: floats.
  struct Bucket {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    int parameters = 0;  ///< whose gradients are in it
  };
  /// Of a parameter: what it is, in which bucket its gradient is, and where.
  using Visitor = std::function<void(const ParameterSlot& slot, std::size_t bucket, const float* gradient)>;

  /// Makes the gradients of all parameters, one entry a task, views of the buffer, and `norms` write their
  /// statistics there. The entries outlive it.
  ReduceBuffer(const std::vector<FlatParameters*>& tasks, const Norms& norms);

  [[nodiscard]] const torch::Tensor& all() const { return all_; }
  [[nodiscard]] torch::Tensor statistics() const;
  /// Shape: [tasks].
  [[nodiscard]] torch::Tensor losses() const;
  /// Of this rank, and after the exchange of any: failed, asks to stop, asks for a checkpoint. Shape: [3].
  [[nodiscard]] torch::Tensor status() const;
  /// Losses, then status. Shape: [tasks + 3].
  [[nodiscard]] torch::Tensor losses_and_status() const;
  /// In the order of the buffer.
  [[nodiscard]] const std::vector<Bucket>& buckets() const { return buckets_; }
  [[nodiscard]] torch::Tensor part(const Bucket& bucket) const;
  void visit(const Visitor& visitor) const;

  /// running = 0.9 running + 0.1 statistic, for all of `norms`, by the statistics that stand here.
  void move_running_buffers() const { running_buffers_.move(); }

 private:
  std::vector<FlatParameters*> tasks_;
  std::int64_t statistics_begin_ = 0;
  std::int64_t losses_begin_ = 0;
  std::int64_t status_begin_ = 0;
  torch::Tensor all_;
  std::vector<Bucket> buckets_;
  model::RunningBuffers running_buffers_;
};

}  // namespace ltr::train
