// SPDX-License-Identifier: Apache-2.0
// What one rank does for all.
#pragma once

#include <span>
#include <type_traits>

#include "comm/group.hpp"

namespace ltr::grid {

/// Runs `work` on rank 0 with one verdict for all ranks. Collective.
template <class Work>
void on_rank_0(const comm::Group& world, const Work& work, const comm::WaitPolicy& policy = {}) {
  comm::agree(
      world,
      [&] {
        if (world.rank() == 0) work();
      },
      policy);
}

/// Rank 0's value on every rank. Collective.
template <class Value>
  requires std::is_trivially_copyable_v<Value>
[[nodiscard]] Value of_rank_0(const comm::Group& world, Value value) {
  world.broadcast(std::as_writable_bytes(std::span(&value, 1)), 0);
  return value;
}

}  // namespace ltr::grid
