// SPDX-License-Identifier: Apache-2.0
// Random numbers as a pure function of (seed, stream, a, b): no state to save, the same on every rank.
#pragma once

#include <array>
#include <cstdint>

namespace ltr::base {

/// What the numbers are for. Values are part of the promise of equal draws: never renumber.
enum class Stream : std::uint32_t {
  quota_offset = 1,
  slot_permutation = 2,
  image_permutation = 3,
  independent_draw = 4,
  augmentation = 5,
  initialisation = 6,
  synthesis = 7,
  stage_2_seed = 8,
  subset = 9,
  test_set = 10,
  class_permutation = 11,
  test = 1000,
};

/// A sequence of random numbers that starts at (seed, stream, a, b).
/// Philox4x32-10 of Random123; two sequences with different arguments never share a counter.
class CounterRandom {
 public:
  CounterRandom(std::uint64_t seed, Stream stream, std::uint64_t a = 0, std::uint64_t b = 0);

  /// Uniform over all 2^32 values.
  std::uint32_t next_u32();
  /// Uniform over all 2^64 values.
  std::uint64_t next_u64();
  /// Uniform over 0..bound-1, without bias. bound >= 1.
  std::uint64_t below(std::uint64_t bound);
  /// Uniform over [0, 1), 53 bits.
  double uniform();
  /// Uniform over [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Standard normal (Box-Muller, two uniforms a call).
  double normal();

 private:
  void refill();

  std::array<std::uint32_t, 2> key_{};
  std::array<std::uint32_t, 4> counter_{};
  std::array<std::uint32_t, 4> block_{};
  unsigned used_ = 4;
};

}  // namespace ltr::base
