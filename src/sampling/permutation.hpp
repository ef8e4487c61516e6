// SPDX-License-Identifier: Apache-2.0
// A random order of 0..n-1 that is computed one element at a time, never stored.
#pragma once

#include <array>
#include <cstdint>

#include "base/random.hpp"

namespace ltr::sampling {

/// A permutation of 0..size-1 chosen by random numbers: Fisher-Yates up to 64 items; above, a Feistel network
/// over the next power of two, walked until it lands inside. Immutable.
/// Thread: safe. Cost: constant memory; one element of a large permutation takes at most 2 networks on
/// average.
class Permutation {
 public:
  static constexpr std::int64_t kLargestShuffled = 64;
  /// Among a million orders of 65 to 1000 items, neighbours give 6 rounds away but not 8; half as many again
  /// are kept.
  static constexpr int kRounds = 12;

  /// `rounds` (even) is for tests of its own necessity; all draws use kRounds.
  Permutation(std::int64_t size, base::CounterRandom random, int rounds = kRounds);

  /// The item at `position`, both in 0..size-1.
  [[nodiscard]] std::int64_t operator()(std::int64_t position) const;

 private:
  void shuffle(base::CounterRandom& random);
  [[nodiscard]] std::uint64_t network(std::uint64_t value) const;

  std::int64_t size_;
  int rounds_;
  int left_bits_ = 0;
  int right_bits_ = 0;
  std::uint64_t key_ = 0;
  std::uint64_t key_step_ = 0;
  std::array<std::uint8_t, kLargestShuffled> order_;  // filled up to size_, if that fits
};

}  // namespace ltr::sampling
