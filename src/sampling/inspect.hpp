// SPDX-License-Identifier: Apache-2.0
// Walks all draws of an epoch and says whether they keep their promises.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sampling/draw.hpp"

namespace ltr::sampling {

/// How often the images of a class were drawn from epoch 0 to the end of the inspected one.
struct ImageUse {
  std::int64_t fewest = 0;
  std::int64_t most = 0;
};

/// What an epoch's draws came to.
struct DrawSummary {
  std::vector<double> probabilities;  ///< [K] class weight over the sum of weights
  std::vector<std::int64_t> quotas;   ///< [K] as EpochDraws says
  std::vector<std::int64_t> drawn;    ///< [K] counted
  std::vector<ImageUse> image_use;    ///< [K]
  bool quotas_met = false;            ///< drawn equals quotas; not to be expected of independent draws
  bool evenly_covered = false;        ///< most - fewest <= 1 in every class; likewise
  std::string digest;                 ///< draws_digest of the epoch
};

/// Counts every draw of epochs 0..epoch.
/// Shape: class_counts [K].
/// Throws: as DrawSequence.
/// Cost: O(epoch M) time, O(N + M) memory.
[[nodiscard]] DrawSummary inspect_draws(const DrawOptions& options,
                                        std::span<const std::int64_t> class_counts, std::int64_t epoch);

}  // namespace ltr::sampling
