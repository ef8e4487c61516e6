// SPDX-License-Identifier: Apache-2.0
// The one order in which partial sums of ranks are added, on the host and on GPUs. For this room's sources
// only.
#pragma once

#include "base/host_device.hpp"

namespace ltr::comm {

/// Calls add(left, right), which puts the sum of both in left's place, for all pairs of the binary tree over
/// 0..ranks-1, lower levels first; the whole sum ends in place 0, by the pair (0, ranks / 2).
/// ranks: a power of two.
LTR_CALLS_WHAT_IT_IS_GIVEN
template <class Add>
LTR_HOST_DEVICE inline void for_each_pair(int ranks, const Add& add) {
  LTR_UNROLL for (int width = 1; width < ranks; width *= 2) {
    LTR_UNROLL for (int left = 0; left < ranks; left += 2 * width) { add(left, left + width); }
  }
}

}  // namespace ltr::comm
