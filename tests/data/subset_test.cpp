// SPDX-License-Identifier: Apache-2.0
#include "data/subset.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "data/class_counts.hpp"
#include "data/temporary_folder.hpp"

namespace ltr::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// Classes of the given sizes, their images dealt out in turn.
ImageList list_of(const std::vector<std::int64_t>& sizes) {
  ImageList list;
  list.file = "all.txt";
  list.classes = static_cast<std::int32_t>(sizes.size());
  for (std::int64_t i = 0; i < std::ranges::max(sizes); ++i) {
    for (std::int32_t j = 0; j < list.classes; ++j) {
      if (i >= sizes[static_cast<std::size_t>(j)]) continue;
      list.entries.push_back({base::ClassId(j), std::to_string(j) + "/" + std::to_string(i), 0});
    }
  }
  return list;
}

std::vector<std::string> paths_of(const std::vector<PackEntry>& entries) {
  std::vector<std::string> paths;
  for (const PackEntry& entry : entries) paths.push_back(entry.path);
  return paths;
}

TEST(TailCounts, ParetoIsAPowerLawThatEndsAtLargestOverImbalance) {
  // 64^(1/2) = 8, so the shares are (1 + 7 j / 7)^-2 = 1/(j + 1)^2.
  EXPECT_THAT(tail_counts(8, 6400, {.shape = TailShape::pareto, .imbalance = 64, .alpha = 2}),
              ElementsAre(6400, 1600, 711, 400, 256, 177, 130, 100));
  EXPECT_EQ(tail_counts(1000, 1280, {.shape = TailShape::pareto, .imbalance = 256}).back(), 5);
}

TEST(TailCounts, StepHasTwoSizes) {
  EXPECT_THAT(tail_counts(5, 100, {.shape = TailShape::step, .imbalance = 10, .few_share = 0.4}),
              ElementsAre(100, 100, 100, 10, 10));
}

TEST(TailCounts, ImpossibleShapesAreRefused) {
  const auto refusal = [](const Tail& tail) {
    return message_of<base::ConfigError>([&] { static_cast<void>(tail_counts(4, 100, tail)); });
  };
  for (const double share : {-0.5, 0.0, 0.1, 0.9, 1.0, 7.0}) {
    EXPECT_THAT(refusal({.shape = TailShape::step, .few_share = share}), HasSubstr("few-share")) << share;
  }
  EXPECT_THAT(refusal({.shape = TailShape::pareto, .alpha = 0}), HasSubstr("alpha 0"));
  EXPECT_THAT(refusal({.imbalance = 101}), HasSubstr("imbalance 101"));
}

TEST(Subset, HasTheCountsAndKeepsTheListsOrder) {
  const ImageList list = list_of({50, 40, 30});
  const std::vector<std::int64_t> counts{20, 1, 30};
  const auto subset = cut_subset(list, counts, 7);
  std::vector<std::int64_t> found(3, 0);
  for (const PackEntry& entry : subset) ++found[static_cast<std::size_t>(entry.label.value())];
  EXPECT_EQ(found, counts);
  const auto all = paths_of(list.entries);
  auto at = all.begin();
  for (const std::string& path : paths_of(subset)) {
    at = std::find(at, all.end(), path);
    ASSERT_NE(at, all.end()) << path;
  }
}

TEST(Subset, SmallerCountsAreAPartOfLargerOnesWithTheSameSeed) {
  const ImageList list = list_of({100, 100});
  const auto larger = paths_of(cut_subset(list, std::vector<std::int64_t>{60, 50}, 3));
  const auto smaller = paths_of(cut_subset(list, std::vector<std::int64_t>{60, 10}, 3));
  const std::set<std::string> have(larger.begin(), larger.end());
  EXPECT_TRUE(std::ranges::all_of(smaller, [&](const auto& path) { return have.contains(path); }));
  EXPECT_NE(paths_of(cut_subset(list, std::vector<std::int64_t>{60, 50}, 4)), larger);
}

TEST(Subset, EveryImageIsChosenEquallyOften) {
  const ImageList list = list_of({10});
  std::map<std::string, int> times;
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    for (const auto& path : paths_of(cut_subset(list, std::vector<std::int64_t>{3}, seed))) ++times[path];
  }
  // 1500 expected, standard deviation sqrt(5000 * 0.3 * 0.7) = 32.4.
  ASSERT_EQ(times.size(), 10U);
  for (const auto& [path, count] : times) EXPECT_NEAR(count, 1500, 5 * 32.4) << path;
}

TEST(Subset, IsTheSameOnEveryMachine) {
  EXPECT_THAT(paths_of(cut_subset(list_of({10, 10}), std::vector<std::int64_t>{3, 2}, 1)),
              ElementsAre("1/1", "0/3", "0/5", "0/7", "1/9"));
}

TEST(Subset, OrdersDealTheLargestCountAsAskedFor) {
  const ImageList list = list_of({5, 9, 9, 7});
  const std::vector<std::int64_t> counts{4, 3, 2, 1};
  EXPECT_THAT(deal_counts(list, counts, ClassOrder::label, 0), ElementsAre(4, 3, 2, 1));
  EXPECT_THAT(deal_counts(list, counts, ClassOrder::size, 0), ElementsAre(1, 4, 3, 2));
  std::set<std::vector<std::int64_t>> seen;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    seen.insert(deal_counts(list, counts, ClassOrder::random, seed));
  }
  EXPECT_EQ(seen.size(), 24U);  // every order of four
}

TEST(Subset, MoreThanThereIsIsRefusedNamingTheClass) {
  const ImageList list = list_of({50, 4, 30});
  const auto refusal = [&](const std::vector<std::int64_t>& counts) {
    return message_of<base::ConfigError>([&] { static_cast<void>(cut_subset(list, counts, 0)); });
  };
  EXPECT_THAT(refusal({50, 20, 31}), AllOf(HasSubstr("4 images of class 1 ('1'), 20 are asked for"),
                                           HasSubstr("2 of 3 classes"), HasSubstr("--order size")));
  EXPECT_THAT(refusal({50, 4}), HasSubstr("2 counts for the 3 classes"));
}

}  // namespace
}  // namespace ltr::data
