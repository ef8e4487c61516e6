// SPDX-License-Identifier: Apache-2.0
#include "comm/group.hpp"

#include <array>
#include <numeric>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "mpi_main.hpp"

namespace ltr::comm {
namespace {

using test::world;

std::vector<std::byte> bytes_of_rank(int rank) {
  // Lengths differ, and rank 0 has none.
  return std::vector<std::byte>(static_cast<std::size_t>(rank) * 1000, static_cast<std::byte>(rank + 1));
}

TEST(Group, BroadcastsBytesAndTextFromAnyRoot) {
  for (int root = 0; root < world().size(); ++root) {
    std::vector<std::byte> bytes(5000, static_cast<std::byte>(world().rank() == root ? 7 : 0));
    world().broadcast(bytes, root);
    EXPECT_EQ(bytes, std::vector<std::byte>(5000, std::byte{7}));
    const std::string own = base::format("told by rank {}", world().rank());
    EXPECT_EQ(world().broadcast(own, root), base::format("told by rank {}", root));
  }
}

TEST(Group, BroadcastsAnEmptyText) {
  EXPECT_EQ(world().broadcast(world().rank() == 0 ? "" : "other", 0), "");
}

TEST(Group, SumsIntegersExactly) {
  std::vector<std::int64_t> values(1003);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = (std::int64_t{1} << 40) * (world().rank() + 1) + static_cast<std::int64_t>(i);
  }
  world().sum(values);
  const std::int64_t ranks = world().size();
  for (std::size_t i = 0; i < values.size(); ++i) {
    ASSERT_EQ(values[i],
              (std::int64_t{1} << 40) * (ranks * (ranks + 1) / 2) + ranks * static_cast<std::int64_t>(i));
  }
  world().sum(std::span<std::int64_t>());
}

TEST(Group, FindsTheMaximum) {
  std::array<double, 2> values{static_cast<double>(world().rank()), -static_cast<double>(world().rank())};
  world().max(values);
  EXPECT_EQ(values[0], world().size() - 1);
  EXPECT_EQ(values[1], 0);
}

TEST(Group, GathersTextsOfDifferentLengthsInRankOrder) {
  const std::vector<std::string> texts =
      world().all_gather(std::string(static_cast<std::size_t>(world().rank()), 'x'));
  ASSERT_EQ(texts.size(), static_cast<std::size_t>(world().size()));
  for (std::size_t r = 0; r < texts.size(); ++r) EXPECT_EQ(texts[r], std::string(r, 'x'));
}

TEST(Group, GathersBytesOnTheRootOnly) {
  for (int root = 0; root < world().size(); ++root) {
    const std::vector<std::byte> gathered = world().gather(bytes_of_rank(world().rank()), root);
    std::vector<std::byte> expected;
    if (world().rank() == root) {
      for (int r = 0; r < world().size(); ++r) {
        const std::vector<std::byte> part = bytes_of_rank(r);
        expected.insert(expected.end(), part.begin(), part.end());
      }
    }
    EXPECT_EQ(gathered, expected);
  }
}

TEST(Group, AloneIsRankZeroOfOne) {
  const Group alone = Group::alone();
  alone.barrier();
  std::vector<std::int64_t> values{3, 4};
  alone.sum(values);
  std::vector<double> maxima{1.5};
  alone.max(maxima);
  const std::array bytes{std::byte{1}, std::byte{2}};
  EXPECT_EQ(alone.rank(), 0);
  EXPECT_EQ(alone.size(), 1);
  EXPECT_EQ(values, (std::vector<std::int64_t>{3, 4}));
  EXPECT_EQ(maxima, std::vector<double>{1.5});
  EXPECT_EQ(alone.broadcast("text", 0), "text");
  EXPECT_EQ(alone.all_gather("text"), std::vector<std::string>{"text"});
  EXPECT_EQ(alone.gather(bytes, 0), std::vector<std::byte>(bytes.begin(), bytes.end()));
}

}  // namespace
}  // namespace ltr::comm
