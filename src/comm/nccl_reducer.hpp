// SPDX-License-Identifier: Apache-2.0
// Exchanging gradients from GPU to GPU. For this room's sources only.
#pragma once

#include <memory>

#include "comm/gradient_reducer.hpp"
#include "comm/group.hpp"

namespace ltr::comm {

/// As make_gradient_reducer, for at least two ranks. Throws: ConfigError in a build without CUDA.
[[nodiscard]] std::unique_ptr<GradientReducer> make_nccl_reducer(const Group& group,
                                                                 config::Reduction reduction,
                                                                 const ReducerOptions& place);

}  // namespace ltr::comm
