// SPDX-License-Identifier: Apache-2.0
// Exchanging gradients from GPU to GPU. For this room's sources only.
#pragma once

#include <memory>

#include "comm/exchange.hpp"
#include "comm/group.hpp"

namespace ltr::comm {

/// As make_exchange, for at least two ranks. Throws: ConfigError in a build without CUDA.
[[nodiscard]] std::unique_ptr<Exchange> make_nccl_exchange(const Group& group, config::Reduction reduction,
                                                           const Place& place);

}  // namespace ltr::comm
