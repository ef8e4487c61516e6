// SPDX-License-Identifier: Apache-2.0
#include "sampling/quota.hpp"

#include <cstddef>
#include <numeric>

#include "base/check.hpp"
#include "base/random.hpp"

namespace ltr::sampling {

std::vector<std::uint64_t> running_sums(std::span<const std::uint64_t> weights) {
  std::vector<std::uint64_t> sums(weights.size() + 1, 0);
  std::partial_sum(weights.begin(), weights.end(), sums.begin() + 1);
  return sums;
}

std::uint64_t quota_offset(std::uint64_t seed, std::int64_t epoch, std::uint64_t total_weight) {
  base::CounterRandom random(seed, base::Stream::quota_offset, static_cast<std::uint64_t>(epoch));
  return random.below(total_weight);
}

std::vector<std::uint64_t> slot_starts(std::span<const std::uint64_t> sums, std::int64_t draws,
                                       std::uint64_t offset) {
  LTR_EXPECT(!sums.empty() && sums.back() > offset);
  using Wide = unsigned __int128;
  std::vector<std::uint64_t> starts;
  starts.reserve(sums.size());
  for (const std::uint64_t sum : sums) {
    starts.push_back(static_cast<std::uint64_t>((Wide(draws) * sum + offset) / sums.back()));
  }
  return starts;
}

std::vector<std::int64_t> widths(std::span<const std::uint64_t> starts) {
  std::vector<std::int64_t> result;
  result.reserve(starts.size() - 1);
  for (std::size_t j = 1; j < starts.size(); ++j) {
    result.push_back(static_cast<std::int64_t>(starts[j] - starts[j - 1]));
  }
  return result;
}

}  // namespace ltr::sampling
