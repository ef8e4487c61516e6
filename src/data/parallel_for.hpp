// SPDX-License-Identifier: Apache-2.0
// The same work for every index, dealt to a few threads; for packing and checking, where order does not
// matter.
#pragma once

#include <cstdint>
#include <functional>

namespace ltr::data {

/// Calls `work(i)` for i in 0..count-1 from `threads` threads (0: one a processor); returns when all are
/// done. Throws: what a call threw (of several, one of them), after the others have stopped early.
void parallel_for(std::int64_t count, int threads, const std::function<void(std::int64_t)>& work);

}  // namespace ltr::data
