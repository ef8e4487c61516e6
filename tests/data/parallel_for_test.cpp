// SPDX-License-Identifier: Apache-2.0
#include "data/parallel_for.hpp"

#include <atomic>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace ltr::data {
namespace {

TEST(ParallelFor, VisitsEveryIndexOnceForAnyNumberOfThreads) {
  for (const int threads : {0, 1, 2, 7}) {
    for (const std::int64_t count : {0, 1, 3, 1000}) {
      std::vector<std::atomic<int>> visits(static_cast<std::size_t>(count));
      parallel_for(count, threads, [&](std::int64_t i) { ++visits[static_cast<std::size_t>(i)]; });
      for (const auto& v : visits) EXPECT_EQ(v, 1) << threads << " threads, " << count << " indices";
    }
  }
}

TEST(ParallelFor, HandsOnWhatACallThrewAndStopsEarly) {
  std::atomic<int> visits{0};
  EXPECT_THROW(parallel_for(1'000'000, 3,
                            [&](std::int64_t i) {
                              ++visits;
                              if (i == 5) throw std::runtime_error("five");
                            }),
               std::runtime_error);
  EXPECT_LT(visits, 1'000'000);
}

}  // namespace
}  // namespace ltr::data
