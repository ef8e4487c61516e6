// SPDX-License-Identifier: Apache-2.0
// Exchanges over MPI, moved on by a thread of their own. For this room's sources only.
#pragma once

#include <memory>
#include <span>

#include "comm/bucket_reducer.hpp"
#include "comm/gradient_reducer.hpp"
#include "comm/group.hpp"

namespace ltr::comm {

/// Throws: ConfigError if the bucket is longer than one MPI call can carry.
void check_length(std::span<const float> bucket);

/// Of buckets on the host, summed by `sum`, whose calls come from one thread at a time.
[[nodiscard]] std::unique_ptr<GradientReducer> make_background_reducer(const Group& group,
                                                                       std::unique_ptr<BucketReducer> sum);

}  // namespace ltr::comm
