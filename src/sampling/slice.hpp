// SPDX-License-Identifier: Apache-2.0
// Which draws a rank computes: whole micro-batches, consecutive ones.
#pragma once

#include <cstdint>

namespace ltr::sampling {

/// A half-open range of draws.
struct DrawRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// How a global batch of B draws is cut into V micro-batches and dealt to R ranks.
struct BatchShape {
  std::int64_t global_batch = 0;  ///< B
  int micro_batches = 1;          ///< V, divides B
  int ranks = 1;                  ///< R, divides V
};

/// Draws of micro-batch m (0..V-1, counted over all ranks) of step g: [gB + mB/V, gB + (m+1)B/V).
[[nodiscard]] constexpr DrawRange micro_batch_draws(const BatchShape& shape, std::int64_t step,
                                                    int micro_batch) {
  const std::int64_t size = shape.global_batch / shape.micro_batches;
  const std::int64_t begin = step * shape.global_batch + micro_batch * size;
  return {begin, begin + size};
}

/// First micro-batch of a rank; it owns V/R from there on.
[[nodiscard]] constexpr int first_micro_batch(const BatchShape& shape, int rank) {
  return shape.micro_batches / shape.ranks * rank;
}

}  // namespace ltr::sampling
