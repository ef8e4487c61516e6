// SPDX-License-Identifier: Apache-2.0
// How many draws of an epoch each class gets: whole numbers that add up, and are right on average.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ltr::sampling {

/// Running sums S_j of class weights, from 0 to their sum W.
/// Shape: weights [K], adding to less than 2^62 -> [K+1].
[[nodiscard]] std::vector<std::uint64_t> running_sums(std::span<const std::uint64_t> weights);

/// The one random number t(e) of an epoch's quotas, uniform over 0..total_weight-1.
[[nodiscard]] std::uint64_t quota_offset(std::uint64_t seed, std::int64_t epoch, std::uint64_t total_weight);

/// First slot of each class among `draws` slots, and `draws` at the end: floor((M S_j + t) / W).
/// Class j owns the slots from its entry to the next one: a quota within 1 of M w_j / W, which is also its
/// mean over t. Shape: sums [K+1] -> [K+1].
[[nodiscard]] std::vector<std::uint64_t> slot_starts(std::span<const std::uint64_t> sums, std::int64_t draws,
                                                     std::uint64_t offset);

/// Differences of neighbours: class weights from running sums, quotas from slot starts.
/// Shape: starts [K+1] -> [K].
[[nodiscard]] std::vector<std::int64_t> widths(std::span<const std::uint64_t> starts);

}  // namespace ltr::sampling
