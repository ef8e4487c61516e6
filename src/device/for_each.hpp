// SPDX-License-Identifier: Apache-2.0
// The host's twin of for_each.cuh: a kernel's functor in a loop.
#pragma once

#include <cstdint>

namespace ltr::device {

/// Calls functor(i) for i = 0 .. count - 1. Functor: `LTR_HOST_DEVICE void operator()(std::int64_t i) const`,
/// in a header that both compilers read; its calls may not depend on their order.
template <class Functor>
void for_each_index(std::int64_t count, const Functor& functor) {
  for (std::int64_t i = 0; i < count; ++i) functor(i);
}

}  // namespace ltr::device
