// SPDX-License-Identifier: Apache-2.0
#include "grid/rank_description.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ltr::grid {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(RankDescription, ComesBackFromItsText) {
  const RankDescription rank{.host = "node 1",
                             .local_rank = 3,
                             .processors = {0, 2, 17},
                             .processor = "EPYC (96 hardware threads)",
                             .instructions = "AVX512 on EPYC",
                             .gpus = {{"H100, 79.2 GiB", "0000:17:00.0 (3f2a90c1)", 85'000'000'000},
                                      {"H100, 79.2 GiB", "0000:18:00.0 (3f2a90c2)", 1}},
                             .why_no_gpu = ""};
  const RankDescription back = parse_rank_description(serialise(rank));
  EXPECT_EQ(back.host, rank.host);
  EXPECT_EQ(back.local_rank, 3);
  EXPECT_THAT(back.processors, ElementsAre(0, 2, 17));
  EXPECT_EQ(back.processor, rank.processor);
  EXPECT_EQ(back.instructions, rank.instructions);
  ASSERT_EQ(back.gpus.size(), 2U);
  EXPECT_EQ(back.gpus[0].description, "H100, 79.2 GiB");
  EXPECT_EQ(back.gpus[0].memory_bytes, 85'000'000'000U);
  EXPECT_EQ(back.gpus[1].bus_id, "0000:18:00.0 (3f2a90c2)");
}

TEST(RankDescription, OfNothingKnownComesBackAsThat) {
  const RankDescription back = parse_rank_description(serialise({.why_no_gpu = "no driver"}));
  EXPECT_THAT(back.processors, IsEmpty());
  EXPECT_THAT(back.gpus, IsEmpty());
  EXPECT_EQ(back.why_no_gpu, "no driver");
}

}  // namespace
}  // namespace ltr::grid
