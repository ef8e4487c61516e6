// SPDX-License-Identifier: Apache-2.0
#include "sampling/permutation.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "chi_square.hpp"

namespace ltr::sampling {
namespace {

using base::CounterRandom;
using base::Stream;

std::vector<std::int64_t> all_items(const Permutation& permutation, std::int64_t size) {
  std::vector<std::int64_t> items;
  for (std::int64_t i = 0; i < size; ++i) items.push_back(permutation(i));
  return items;
}

std::size_t cell(std::int64_t row, std::int64_t column, std::int64_t columns) {
  return static_cast<std::size_t>(row * columns + column);
}

/// Pearson's sums, already scaled to (size-1)^2 degrees of freedom.
struct OrderStatistics {
  double position_by_item = 0;
  double neighbours = 0;
  double dof = 0;
};

/// Over `keys` orders of `size` items: how often each item lies at each position, and each item follows each
/// other.
OrderStatistics order_statistics(std::int64_t size, int keys, int rounds) {
  const auto cells = static_cast<std::size_t>(size * size);
  std::vector<std::int64_t> at_position(cells, 0);
  std::vector<std::int64_t> following(cells, 0);
  for (int key = 0; key < keys; ++key) {
    const CounterRandom random(11, Stream::test, static_cast<std::uint64_t>(key));
    const auto items = all_items(Permutation(size, random, rounds), size);
    for (std::int64_t i = 0; i < size; ++i) {
      ++at_position[cell(i, items[static_cast<std::size_t>(i)], size)];
      if (i > 0)
        ++following[cell(items[static_cast<std::size_t>(i - 1)], items[static_cast<std::size_t>(i)], size)];
    }
  }
  // An item never follows itself; dropping those cells leaves pairs with expectation keys / size each, too.
  std::vector<std::int64_t> pairs;
  for (std::int64_t a = 0; a < size; ++a) {
    for (std::int64_t b = 0; b < size; ++b) {
      if (a != b) pairs.push_back(following[cell(a, b, size)]);
    }
  }
  const double n = static_cast<double>(size);
  // Rows and columns of a sum of permutation matrices are fixed, which makes its cells vary n / (n-1) more
  // than those of a table with that many degrees of freedom. The mean of the pairs' sum is (n-1)^2 as it
  // stands.
  return {pearson(at_position, keys / n) * (n - 1) / n, pearson(pairs, keys / n), (n - 1) * (n - 1)};
}

TEST(ChiSquareTail, AgreesWithPublishedQuantiles) {
  EXPECT_NEAR(chi_square_tail(3.841, 1), 0.05, 1e-4);
  EXPECT_NEAR(chi_square_tail(23.928, 1), 1e-6, 1e-8);
  EXPECT_NEAR(chi_square_tail(124.342, 100), 0.05, 1e-5);
  EXPECT_NEAR(chi_square_tail(77.929, 100), 0.95, 1e-5);
}

TEST(Permutation, HoldsEveryItemOnceForEverySize) {
  std::vector<std::int64_t> sizes(300);
  std::iota(sizes.begin(), sizes.end(), 1);
  for (const std::int64_t power : {512, 4096, 32768, 131072})
    sizes.insert(sizes.end(), {power - 1, power, power + 1});
  for (const std::int64_t size : sizes) {
    auto items = all_items(Permutation(size, CounterRandom(3, Stream::test, 1)), size);
    std::sort(items.begin(), items.end());
    for (std::int64_t i = 0; i < size; ++i)
      ASSERT_EQ(items[static_cast<std::size_t>(i)], i) << "size " << size;
  }
}

TEST(Permutation, StaysInsideAndNeverRepeatsForHugeSizes) {
  for (const std::int64_t size : {100'000'001L, 1L << 40, (1L << 61) + 1}) {
    const Permutation permutation(size, CounterRandom(3, Stream::test, 2));
    std::set<std::int64_t> seen;
    for (std::int64_t i = 0; i < 20'000; ++i) {
      const std::int64_t item = permutation(size - 1 - i);
      ASSERT_GE(item, 0);
      ASSERT_LT(item, size);
      seen.insert(item);
    }
    EXPECT_EQ(seen.size(), 20'000u);
    EXPECT_GT(*seen.rbegin() - *seen.begin(), size / 10 * 9);
  }
}

TEST(Permutation, AllOrdersOfTwoToFiveItemsAreEquallyLikely) {
  // Keyed as slots are (by epoch) and as images are (by class and pass).
  for (const bool by_pass : {false, true}) {
    double orders = 1;
    for (std::int64_t size = 2; size <= 5; ++size) {
      orders *= static_cast<double>(size);
      const std::uint64_t keys = 48'000;
      std::map<std::vector<std::int64_t>, std::int64_t> times;
      for (std::uint64_t key = 0; key < keys; ++key) {
        const CounterRandom random = by_pass ? CounterRandom(5, Stream::image_permutation, key % 40, key / 40)
                                             : CounterRandom(5, Stream::slot_permutation, key);
        ++times[all_items(Permutation(size, random), size)];
      }
      ASSERT_EQ(static_cast<double>(times.size()), orders);
      std::vector<std::int64_t> counts;
      for (const auto& [order, count] : times) counts.push_back(count);
      EXPECT_TRUE(is_plausible(pearson(counts, keys / orders), orders - 1)) << size << " items";
    }
  }
}

TEST(Permutation, PositionsAndNeighboursAreUniform) {
  // The sizes just above the shuffled ones, where the network is weakest, and larger ones.
  for (const auto& [size, keys] :
       {std::pair{64, 40'000}, {65, 40'000}, {100, 40'000}, {128, 40'000}, {1000, 4'000}}) {
    const OrderStatistics seen = order_statistics(size, keys, Permutation::kRounds);
    EXPECT_TRUE(is_plausible(seen.position_by_item, seen.dof)) << size << ": " << seen.position_by_item;
    EXPECT_TRUE(is_plausible(seen.neighbours, seen.dof)) << size << ": " << seen.neighbours;
  }
}

TEST(Permutation, TooFewRoundsAreNoticed) {
  const OrderStatistics two = order_statistics(100, 4'000, 2);
  EXPECT_FALSE(is_plausible(two.position_by_item, two.dof));
  EXPECT_FALSE(is_plausible(two.neighbours, two.dof));
  const OrderStatistics four = order_statistics(100, 40'000, 4);
  EXPECT_FALSE(is_plausible(four.neighbours, four.dof));
}

/// Counts of pairs (a, b) of values below 64; each row and column total is the same.
struct PairTable {
  static constexpr std::int64_t kSide = 64;
  std::vector<std::int64_t> counts = std::vector<std::int64_t>(kSide * kSide, 0);
  std::int64_t total = 0;

  void add(std::int64_t a, std::int64_t b) {
    ++counts[cell(a, b, kSide)];
    ++total;
  }
  [[nodiscard]] bool is_uniform() const {
    const double dof = (kSide - 1.0) * (kSide - 1.0);
    return is_plausible(pearson(counts, static_cast<double>(total) / static_cast<double>(counts.size())),
                        dof);
  }
};

TEST(Permutation, AnEpochOfDrawsIsUniformInHighAndLowDigits) {
  // 226 batches of 512: 64 blocks of equal size, and 64 residues.
  constexpr std::int64_t kSize = 226 * 512;
  constexpr std::int64_t kBlock = kSize / PairTable::kSide;
  PairTable blocks, residues, neighbour_blocks, neighbour_residues;
  for (std::uint64_t epoch = 0; epoch < 60; ++epoch) {
    const Permutation permutation(kSize, CounterRandom(13, Stream::slot_permutation, epoch));
    std::int64_t before = -1;
    for (std::int64_t i = 0; i < kSize; ++i) {
      const std::int64_t item = permutation(i);
      blocks.add(i / kBlock, item / kBlock);
      residues.add(i % PairTable::kSide, item % PairTable::kSide);
      if (before >= 0) {
        neighbour_blocks.add(before / kBlock, item / kBlock);
        neighbour_residues.add(before % PairTable::kSide, item % PairTable::kSide);
      }
      before = item;
    }
  }
  EXPECT_TRUE(blocks.is_uniform());
  EXPECT_TRUE(residues.is_uniform());
  EXPECT_TRUE(neighbour_blocks.is_uniform());
  EXPECT_TRUE(neighbour_residues.is_uniform());
}

}  // namespace
}  // namespace ltr::sampling
