// SPDX-License-Identifier: Apache-2.0
#include "base/random.hpp"

#include <cmath>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace ltr::base {
namespace {

TEST(CounterRandom, IsAFunctionOfItsArgumentsAlone) {
  CounterRandom first(7, Stream::test, 3, 11);
  CounterRandom again(7, Stream::test, 3, 11);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(first.next_u32(), again.next_u32());
}

TEST(CounterRandom, EveryArgumentChangesTheNumbers) {
  const std::set<std::uint64_t> firsts{CounterRandom(7, Stream::test, 3, 11).next_u64(),
                                       CounterRandom(8, Stream::test, 3, 11).next_u64(),
                                       CounterRandom(7, Stream::augmentation, 3, 11).next_u64(),
                                       CounterRandom(7, Stream::test, 4, 11).next_u64(),
                                       CounterRandom(7, Stream::test, 3, 12).next_u64(),
                                       CounterRandom(7 + (1ULL << 32), Stream::test, 3, 11).next_u64(),
                                       CounterRandom(7, Stream::test, 3 + (1ULL << 32), 11).next_u64(),
                                       CounterRandom(7, Stream::test, 3, 11 + (1ULL << 32)).next_u64()};
  EXPECT_EQ(firsts.size(), 8U);
}

/// The 99.9 % point of chi-square with `freedom` degrees, by Wilson and Hilferty.
double chi_square_limit(double freedom) {
  const double t = 1 - 2 / (9 * freedom) + 3.0902 * std::sqrt(2 / (9 * freedom));
  return freedom * t * t * t;
}

TEST(CounterRandom, BelowIsUniform) {
  for (const std::uint64_t bound : {2ULL, 3ULL, 10ULL, 97ULL}) {
    constexpr int kDraws = 100000;
    std::vector<int> seen(bound);
    CounterRandom random(1, Stream::test, bound);
    for (int i = 0; i < kDraws; ++i) ++seen[random.below(bound)];
    double chi_square = 0;
    const double expected = static_cast<double>(kDraws) / static_cast<double>(bound);
    for (const int count : seen) chi_square += (count - expected) * (count - expected) / expected;
    EXPECT_LT(chi_square, chi_square_limit(static_cast<double>(bound) - 1)) << bound;
  }
}

TEST(CounterRandom, BelowReachesBothEndsOfAHugeRange) {
  const std::uint64_t bound = 3ULL << 62;  // more than half of all values: rejection must happen
  std::uint64_t least = bound;
  std::uint64_t most = 0;
  CounterRandom random(2, Stream::test);
  for (int i = 0; i < 10000; ++i) {
    const std::uint64_t value = random.below(bound);
    least = std::min(least, value);
    most = std::max(most, value);
  }
  EXPECT_LT(most, bound);
  EXPECT_LT(least, bound / 1000);
  EXPECT_GT(most, bound - bound / 1000);
}

TEST(CounterRandom, NormalHasMeanZeroAndVarianceOne) {
  constexpr int kDraws = 200000;
  double sum = 0;
  double squares = 0;
  CounterRandom random(3, Stream::test);
  for (int i = 0; i < kDraws; ++i) {
    const double value = random.normal();
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / kDraws, 0, 4 / std::sqrt(kDraws));
  EXPECT_NEAR(squares / kDraws, 1, 4 * std::sqrt(2.0 / kDraws));
}

}  // namespace
}  // namespace ltr::base
