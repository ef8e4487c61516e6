// SPDX-License-Identifier: Apache-2.0
// A labelled set in batches of fixed composition, dealt whole to ranks, so that no bit depends on their
// number.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <torch/torch.h>

#include "comm/group.hpp"
#include "data/loader.hpp"
#include "data/pack.hpp"
#include "train/compute_device.hpp"
#include "train/micro_batch.hpp"

namespace ltr::train {

/// Images of an evaluation batch; the last of a set may be smaller.
inline constexpr std::int64_t kEvaluationBatch = 64;
/// Decoded pixels that a rank keeps in memory for the next visit, at most, a set.
inline constexpr std::int64_t kPixelCacheBytes = std::int64_t{256} << 20;

/// How a set is read.
struct EvaluationOptions {
  data::LoaderOptions loader = {};  ///< its mode is ignored
  ComputeDevice device = {};
  /// Called before each batch is decoded with the batches done and those of this rank; may throw, or be
  /// empty.
  std::function<void(std::int64_t done, std::int64_t batches)> watch = {};
  std::int64_t most_images = 0;  ///< the first so many; 0: all
};

/// This rank's share of a set: images decoded without augmentation, or features computed from them.
/// The pack must outlive it.
class EvaluationSet {
 public:
  /// On the set's device. Shape: inputs [b, ...], labels [b] int64.
  using Visitor = std::function<void(const torch::Tensor& inputs, const torch::Tensor& labels)>;

  /// Inputs of images first .. first + count - 1 of the pack. Shape: [count, ...] float32.
  using RowReader = std::function<torch::Tensor(std::int64_t first, std::int64_t count)>;

  /// The images of a pack.
  EvaluationSet(const comm::Group& group, const data::Pack& pack, EvaluationOptions options);

  /// Calls `visitor` with each of this rank's batches in pack order, gradients off. A set that is small keeps
  /// its pixels, and later visits decode nothing.
  /// Collective: all ranks of the group. Throws: what a loader, watch or visitor
  /// threw, on all ranks.
  void visit(const Visitor& visitor);

  /// The same set with the rows that `row_reader` gives as its inputs, kept in memory.
  [[nodiscard]] EvaluationSet with_inputs(const RowReader& row_reader) const;

  /// The same set with `map` applied to the inputs of every batch, kept in memory. Collective: as visit.
  [[nodiscard]] EvaluationSet mapped(const std::function<torch::Tensor(const torch::Tensor&)>& map);

  [[nodiscard]] const comm::Group& group() const { return group_; }
  [[nodiscard]] std::int64_t images() const { return images_; }            ///< of all ranks
  [[nodiscard]] std::int32_t classes() const { return pack_->classes(); }  ///< K

 private:
  [[nodiscard]] EvaluationOptions without_watch() const;
  void visit_images(const Visitor& visitor);

  comm::Group group_;
  const data::Pack* pack_;
  EvaluationOptions options_;
  std::int64_t images_ = 0;
  std::int64_t first_batch_ = 0;
  std::int64_t batches_ = 0;
  bool in_memory_ = false;
  std::vector<MicroBatch> kept_;
};

}  // namespace ltr::train
