// SPDX-License-Identifier: Apache-2.0
// Adding the partial sums of all ranks as the upper levels of the tree, on a GPU or on the host from one
// source. For this room's sources only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/host_device.hpp"
#include "comm/tree_order.hpp"
#include "device/stream.hpp"

namespace ltr::comm {

/// sum[i] = the tree's sum of partials[0..kRanks-1][i]; `sum` may be one of the partials.
template <int kRanks>
struct OrderedAdd {
  const float* partials[kRanks];
  float* sum;

  LTR_HOST_DEVICE void operator()(std::int64_t i) const {
    float values[kRanks];
    LTR_UNROLL for (int r = 0; r < kRanks; ++r) values[r] = partials[r][i];
    for_each_pair(kRanks, [&values](int left, int right) { values[left] = values[left] + values[right]; });
    sum[i] = values[0];
  }
};

/// As many partial sums as one pass adds; more are added pair by pair.
constexpr int kMostRanksAtOnce = 32;

template <int kRanks>
OrderedAdd<kRanks> ordered_add(std::span<float* const> partials, float* sum) {
  OrderedAdd<kRanks> functor{};
  for (std::size_t r = 0; r < kRanks; ++r) functor.partials[r] = partials[r];
  functor.sum = sum;
  return functor;
}

/// The passes that add `partials` into `sum`, each a functor for device::for_each_index, given to `launch` in
/// order.
template <class Launch>
void for_each_pass(std::span<float* const> partials, float* sum, const Launch& launch) {
  const auto ranks = static_cast<int>(partials.size());
  switch (ranks) {
    case 2:
      return launch(ordered_add<2>(partials, sum));
    case 4:
      return launch(ordered_add<4>(partials, sum));
    case 8:
      return launch(ordered_add<8>(partials, sum));
    case 16:
      return launch(ordered_add<16>(partials, sum));
    case kMostRanksAtOnce:
      return launch(ordered_add<kMostRanksAtOnce>(partials, sum));
    default:
      break;
  }
  for_each_pair(ranks, [&](int left, int right) {
    float* const left_part = partials[static_cast<std::size_t>(left)];
    const std::array<float*, 2> pair{left_part, partials[static_cast<std::size_t>(right)]};
    launch(ordered_add<2>(pair, 2 * (right - left) == ranks ? sum : left_part));
  });
}

/// Queues on `stream`: sum[i] = partials[0][i] + ... + partials[R-1][i] in the order of for_each_pair.
/// Shape: partials [R][size], sum [size], where the stream is; R a power of two, at least 2. `sum` may be one
/// of the partials; of more than 32 partials, those of even ranks hold other values afterwards.
/// Throws: SystemError if a kernel cannot be launched.
/// Thread: the stream's GPU is the calling thread's current one.
void add_in_order(std::span<float* const> partials, float* sum, std::size_t size,
                  const device::Stream& stream);

}  // namespace ltr::comm
