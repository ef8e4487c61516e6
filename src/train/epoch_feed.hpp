// SPDX-License-Identifier: Apache-2.0
// A rank's training images of one epoch, decoded ahead, and an account of all of the epoch's draws.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "data/loader.hpp"
#include "data/pack.hpp"
#include "sampling/draw.hpp"
#include "sampling/slice.hpp"
#include "train/input_stage.hpp"
#include "train/micro_batch.hpp"

namespace ltr::train {

/// What an epoch drew, over all ranks.
struct DrawAccount {
  std::vector<std::int64_t> made;     ///< [K]
  std::vector<double> probabilities;  ///< [K] of drawing each class
  std::string digest;                 ///< SHA-256 over the images' positions in the pack, in order of draws
};

/// What fixes the batches of a rank.
struct FeedOptions {
  sampling::DrawOptions draws;
  sampling::BatchShape shape;
  int rank = 0;
  data::LoaderOptions loader;
};

/// The micro-batches of one rank in one epoch. The pack must outlive it.
class EpochFeed {
 public:
  /// Begins with step `first_step`, which is not the epoch's end; decoding starts at once.
  EpochFeed(const data::Pack& pack, const FeedOptions& options, std::int64_t epoch, std::int64_t first_step);

  /// The rank's next micro-batch, where the process computes. Throws: DataError if an image cannot be
  /// decoded.
  [[nodiscard]] MicroBatch next();
  /// Begins to bring it there, if there is one: called while a GPU computes. What goes wrong, next says.
  void prefetch();
  /// Draws of each class in a step, over all ranks. Shape: [K].
  [[nodiscard]] std::vector<std::int64_t> classes_of_step(std::int64_t step) const;
  [[nodiscard]] data::LoaderTimes times() const { return loader_.times(); }

 private:
  void fetch();

  sampling::EpochDraws draws_;
  std::int64_t global_batch_;
  std::int64_t left_;  ///< batches not yet asked of the loader
  data::Loader loader_;
  InputStage stage_;  ///< goes before the loader's memory
  bool fetched_ = false;
  std::exception_ptr failure_;  ///< of a prefetch
};

/// Goes through all draws of an epoch. Cost: O(M log K).
[[nodiscard]] DrawAccount account_of(const data::Pack& pack, const sampling::DrawOptions& options,
                                     std::int64_t epoch);

}  // namespace ltr::train
