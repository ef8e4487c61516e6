// SPDX-License-Identifier: Apache-2.0
#include "comm/ordered_add.hpp"
#include "device/for_each.cuh"

namespace ltr::comm {

void add_in_order(std::span<float* const> partials, float* sum, std::size_t size,
                  const device::Stream& stream) {
  for_each_pass(partials, sum, [&](const auto& pass) {
    device::for_each_index(static_cast<std::int64_t>(size), pass, stream);
  });
}

}  // namespace ltr::comm
