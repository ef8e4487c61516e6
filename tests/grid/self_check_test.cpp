// SPDX-License-Identifier: Apache-2.0
#include "grid/self_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ltr::grid {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

RankDescription place(const std::string& host, std::vector<int> processors,
                      const std::vector<std::string>& gpus = {}) {
  RankDescription rank{.host = host, .processors = std::move(processors)};
  for (const std::string& gpu : gpus) rank.gpus.push_back({.description = gpu, .bus_id = {}});
  return rank;
}

TEST(SelfCheck, TellsRanksThreadsProcessorsAndGpus) {
  const std::vector<RankDescription> places{place("a", {0, 1, 2, 8}, {"H100", "H100"}),
                                            place("a", {3, 4}, {"H100", "H100"}), place("b", {0})};
  EXPECT_THAT(placement_lines(places, {2, 3}),
              ElementsAre("ranks       3 (a: 0-1; b: 2)", "threads     2 computing and 3 decoding a rank",
                          "processors  a: 0-2, 8 | 3-4; b: 0",
                          "GPUs        a local rank 0: H100; a local rank 1: H100"));
}

TEST(SelfCheck, IsContentWithUnboundAndWithSeparateRanks) {
  EXPECT_THAT(placement_warnings({place("a", {0, 1}), place("a", {0, 1})}, {1, 2}), IsEmpty());
  EXPECT_THAT(placement_warnings({place("a", {0}), place("a", {1}), place("b", {0})}, {1, 2}), IsEmpty());
  EXPECT_THAT(placement_warnings({place("a", {0}, {"H100"})}, {1, 2}), IsEmpty());
}

TEST(SelfCheck, WarnsOfRanksThatShareAProcessor) {
  EXPECT_THAT(placement_warnings({place("a", {0}), place("a", {0}), place("a", {1})}, {1, 2}),
              ElementsAre(AllOf(StartsWith("ranks 0-1 on a are bound to the same processor 0"),
                                HasSubstr("--cpus-per-task=3"))));
}

TEST(SelfCheck, WarnsOfMoreThreadsThanProcessors) {
  EXPECT_THAT(placement_warnings({place("a", {0, 1}), place("a", {0, 1}), place("a", {0, 1})}, {1, 2}),
              ElementsAre(StartsWith("3 computing threads on a share 2 processors")));
  EXPECT_THAT(placement_warnings({place("a", {0, 1})}, {8, 2}),
              ElementsAre(StartsWith("8 computing threads on a share 2 processors")));
}

TEST(SelfCheck, WarnsOfOneVisibleGpuARank) {
  EXPECT_THAT(
      placement_warnings({place("a", {0}, {"H100"}), place("a", {1}, {"H100"})}, {1, 2}),
      Contains(AllOf(StartsWith("each of the 2 ranks on a sees one GPU"), HasSubstr("--gpu-bind=none"))));
}

}  // namespace
}  // namespace ltr::grid
