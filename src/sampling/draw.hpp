// SPDX-License-Identifier: Apache-2.0
// The draw: which image is the k-th of an epoch, without a list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/ids.hpp"
#include "config/enums.hpp"
#include "sampling/permutation.hpp"
#include "sampling/scheme.hpp"

namespace ltr::sampling {

/// What fixes every draw of a training run.
struct DrawOptions {
  std::uint64_t seed = 0;
  config::SamplingKind kind{};
  SamplingScheme scheme = SamplingScheme::exact;
  std::int64_t epochs = 1;           ///< T: progressively-balanced sampling moves from epoch 0 to T-1
  std::int64_t draws_per_epoch = 0;  ///< M = floor(N / B) B
};

/// One draw: a class, and which of its images (0..n_j-1).
struct Draw {
  base::ClassId class_id;
  std::int64_t image = 0;
};

/// All draws of one epoch as a pure function of k, from DrawSequence. Immutable.
/// Thread: safe. Cost: O(K) memory; a draw O(log K).
class EpochDraws {
 public:
  /// The k-th draw, k in 0..M-1.
  [[nodiscard]] Draw draw(std::int64_t k) const;
  /// The same as a position in a pack whose images are grouped by class.
  [[nodiscard]] base::SampleIndex sample(std::int64_t k) const;
  /// Draws of each class in this epoch: exact, but for independent draws, of which it is the expectation
  /// rounded down.
  /// Shape: [K].
  [[nodiscard]] std::span<const std::int64_t> quotas() const { return quotas_; }
  /// M.
  [[nodiscard]] std::int64_t size() const { return options_.draws_per_epoch; }
  [[nodiscard]] std::int64_t epoch() const { return epoch_; }

 private:
  friend class DrawSequence;
  /// Consecutive draws of one class, and how many runs the class has had before.
  struct Run {
    std::size_t class_index = 0;
    std::int64_t earlier = 0;
  };
  /// What a draw needs to know of its class.
  struct ClassState {
    std::int64_t first_sample = 0;  ///< of its images in the pack
    std::int64_t pass = 0;          ///< in which this epoch begins
    std::int64_t position = 0;      ///< at which it begins in that pass
    std::int64_t order = -1;        ///< where its images begin in orders_, -1 if they are not there
  };

  /// `earlier`: draws of each class in all epochs before. Shape: class_counts [K], earlier [K].
  EpochDraws(const DrawOptions& options, std::span<const std::int64_t> class_counts, std::int64_t epoch,
             std::span<const std::int64_t> earlier);
  void choose_stored_orders();
  void store_orders();
  [[nodiscard]] std::int64_t images_of(std::size_t class_index) const {
    return classes_[class_index + 1].first_sample - classes_[class_index].first_sample;
  }
  [[nodiscard]] Run run_at(std::int64_t k) const;
  [[nodiscard]] std::vector<std::int64_t> quotas_of_cycling() const;
  [[nodiscard]] Permutation pass_order(std::size_t class_index, std::int64_t pass) const;
  [[nodiscard]] std::int64_t image_at(std::size_t class_index, std::int64_t rank) const;

  DrawOptions options_;
  std::int64_t epoch_;
  Permutation slots_;
  std::vector<std::uint64_t> starts_;  // [K+1] first slots; running sums of weights for independent draws
  std::vector<std::int64_t> quotas_;
  std::vector<ClassState> classes_;   // [K+1], the last for its first_sample
  std::vector<std::uint8_t> orders_;  // this epoch's images of small classes, one class after another
};

/// The draws of one epoch after another. It carries on how often each class has been drawn, which is where
/// the class's images go on in the next epoch.
class DrawSequence {
 public:
  /// Begins with `first_epoch`; what it gives does not depend on where it began.
  /// Shape: class_counts [K], each >= 1.
  /// Throws: as next, if an earlier epoch would.
  /// Cost: O(first_epoch K), or O(first_epoch M log K) for independent classes with images in turn.
  DrawSequence(const DrawOptions& options, std::span<const std::int64_t> class_counts,
               std::int64_t first_epoch = 0);

  /// The draws of the next epoch.
  /// Throws: DataError if there is no class or a class has no image; ConfigError if the epoch is not one of
  /// 0..epochs-1, an epoch has no draws, or the weights are too large to add.
  /// Cost: O(K), or O(M log K) for independent classes and O(M) for class cycling, whose draws are counted.
  [[nodiscard]] EpochDraws next();

 private:
  DrawOptions options_;
  std::vector<std::int64_t> class_counts_;
  std::int64_t epoch_;
  std::vector<std::int64_t> earlier_;  ///< [K] draws of each class before epoch_, where images come in turn
};

}  // namespace ltr::sampling
