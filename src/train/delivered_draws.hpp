// SPDX-License-Identifier: Apache-2.0
// Which images an epoch's training was given, noted where they are delivered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "comm/group.hpp"
#include "data/loader.hpp"
#include "sampling/draw.hpp"
#include "sampling/slice.hpp"

namespace ltr::train {

/// The completed steps of an epoch, over all ranks.
struct DeliveredImages {
  std::vector<std::int64_t> positions;  ///< in the pack, in order of draws
  std::vector<std::int64_t> of_class;   ///< [K] images of each class
};

/// What the first `count` of an epoch's draws ought to deliver. K is the number of classes.
[[nodiscard]] DeliveredImages images_of(const sampling::EpochDraws& draws, std::int64_t count,
                                        std::int32_t classes);

/// Notes what this rank's batches held, and joins the notes of all ranks.
/// Cost: 8 bytes a draw, on rank 0 for the draws of all ranks.
class DeliveredDraws {
 public:
  DeliveredDraws(const sampling::BatchShape& shape, std::int32_t classes);

  /// Forgets all. `before`: what earlier steps of the epoch were given; rank 0's counts.
  void begin_epoch(DeliveredImages before = {});
  /// A batch that this rank's training is given, in order of its draws.
  void add(const data::Batch& batch);

  /// After whole steps. Complete on rank 0; `of_class` on all ranks. Collective: all ranks of the group.
  [[nodiscard]] DeliveredImages gather(const comm::Group& group);

 private:
  void append_in_order(std::span<const std::byte> of_ranks);

  std::size_t draws_a_step_;  ///< of this rank
  std::size_t classes_;
  DeliveredImages gathered_;                ///< rank 0: positions of all ranks; of_class of this rank alone
  std::vector<std::int64_t> not_gathered_;  ///< positions of this rank
};

}  // namespace ltr::train
