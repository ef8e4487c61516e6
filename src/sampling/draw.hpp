// SPDX-License-Identifier: Apache-2.0
// The draw: which image is the k-th of an epoch, without a list.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/ids.hpp"
#include "config/enums.hpp"

namespace ltr::sampling {

/// What fixes every draw of a training run.
struct DrawOptions {
  std::uint64_t seed = 0;
  config::SamplingKind kind = config::SamplingKind::instance_balanced;
  bool replacement = false;
  std::int64_t epochs = 1;           ///< T: progressively-balanced sampling moves from epoch 0 to T-1
  std::int64_t draws_per_epoch = 0;  ///< M = floor(N / B) B
};

/// One draw: a class, and which of its images (0..n_j-1).
struct Draw {
  base::ClassId class_id;
  std::int64_t image = 0;
};

/// All draws of one epoch as a pure function of k. Immutable.
/// Thread: safe. Cost: O(K) memory; making one costs O(epoch K), a draw O(log K).
class EpochDraws {
 public:
  /// Shape: class_counts [K], each >= 1.
  EpochDraws(const DrawOptions& options, std::span<const std::int64_t> class_counts, std::int64_t epoch);

  /// The k-th draw, k in 0..M-1.
  [[nodiscard]] Draw draw(std::int64_t k) const;
  /// The same as a position in a pack whose images are grouped by class.
  [[nodiscard]] base::SampleIndex sample(std::int64_t k) const;
  /// Draws of each class in this epoch: exact without replacement, expected values rounded to zero with it.
  /// Shape: [K].
  [[nodiscard]] std::span<const std::int64_t> quotas() const;
};

}  // namespace ltr::sampling
