// SPDX-License-Identifier: Apache-2.0
// Exchanging a GPU's gradients over MPI by way of the host. For this room's sources only.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "comm/bucket_reducer.hpp"
#include "comm/gradient_reducer.hpp"
#include "comm/group.hpp"

namespace ltr::comm {

struct Staging {
  int gpu = -1;  ///< -1: the host stands in
  /// For tests: whether bucket number `bucket` of a step, already on the host, is to be taken for late.
  std::function<bool(std::size_t bucket)> is_late = {};
};

/// Each bucket is copied to pinned memory once it is filled, summed there by `sum`, and copied back as soon
/// as its sum is there, while others are still being filled. Several ranks may share a GPU.
[[nodiscard]] std::unique_ptr<GradientReducer> make_staged_reducer(const Group& group,
                                                                   std::unique_ptr<BucketReducer> sum,
                                                                   const Staging& staging);

}  // namespace ltr::comm
