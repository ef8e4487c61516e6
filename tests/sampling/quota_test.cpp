// SPDX-License-Identifier: Apache-2.0
#include "sampling/quota.hpp"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "sampling/class_weights.hpp"

namespace ltr::sampling {
namespace {

using Wide = unsigned __int128;

TEST(Quotas, MeanOverAllOffsetsIsExactlyTheExpectation) {
  // Summed over all t in 0..W-1, floor((M S + t) / W) is M S (Hermite's identity), so quotas sum to M w_j.
  const std::vector<std::uint64_t> weights{37, 11, 5, 2, 1, 1};
  const auto sums = running_sums(weights);
  for (const std::int64_t draws : {1, 7, 57, 1000}) {
    std::vector<std::int64_t> added(weights.size(), 0);
    for (std::uint64_t offset = 0; offset < sums.back(); ++offset) {
      const auto quotas = widths(slot_starts(sums, draws, offset));
      for (std::size_t j = 0; j < quotas.size(); ++j) added[j] += quotas[j];
    }
    for (std::size_t j = 0; j < weights.size(); ++j) {
      EXPECT_EQ(added[j], draws * static_cast<std::int64_t>(weights[j]));
    }
  }
}

TEST(Quotas, AddUpAndStayWithinOneOfTheExpectation) {
  std::vector<std::int64_t> counts;
  for (int j = 0; j < 1000; ++j) counts.push_back(5 + 1275 / (1 + j));
  const std::int64_t draws = 20 * 512;
  for (const auto kind : {config::SamplingKind::instance_balanced, config::SamplingKind::class_balanced,
                          config::SamplingKind::square_root, config::SamplingKind::progressively_balanced}) {
    for (std::int64_t epoch = 0; epoch < 90; epoch += 11) {
      const auto weights = class_weights(kind, counts, epoch, 90);
      const auto sums = running_sums(weights);
      const Wide total = sums.back();
      const auto quotas = widths(slot_starts(sums, draws, quota_offset(3, epoch, sums.back())));
      EXPECT_EQ(std::accumulate(quotas.begin(), quotas.end(), std::int64_t{0}), draws);
      for (std::size_t j = 0; j < counts.size(); ++j) {
        const Wide got = Wide(quotas[j]) * total;
        const Wide expected = Wide(draws) * weights[j];
        ASSERT_LT(got > expected ? got - expected : expected - got, total);
      }
    }
  }
}

TEST(Quotas, MeanOverEpochsApproachesTheExpectation) {
  // A quota is one of two neighbouring integers, so over E epochs its mean has variance f (1 - f) / E, f the
  // fraction.
  const std::vector<std::uint64_t> weights{1280, 400, 99, 20, 7, 5};
  const auto sums = running_sums(weights);
  constexpr std::int64_t kDraws = 100;
  constexpr std::int64_t kEpochs = 20'000;
  std::vector<std::int64_t> added(weights.size(), 0);
  for (std::int64_t epoch = 0; epoch < kEpochs; ++epoch) {
    const auto quotas = widths(slot_starts(sums, kDraws, quota_offset(8, epoch, sums.back())));
    for (std::size_t j = 0; j < quotas.size(); ++j) added[j] += quotas[j];
  }
  for (std::size_t j = 0; j < weights.size(); ++j) {
    const double expected = kDraws * static_cast<double>(weights[j]) / static_cast<double>(sums.back());
    const double fraction = expected - std::floor(expected);
    const double deviation = std::sqrt(fraction * (1 - fraction) / kEpochs);
    EXPECT_LT(std::abs(static_cast<double>(added[j]) / kEpochs - expected), 5 * deviation);  // p < 1e-6 each
  }
}

TEST(Quotas, AreExactAtTheLargestSizes) {
  // Two classes of weight W/2 (W just below 2^62) share M draws to within one, for the first and last
  // offsets.
  const std::uint64_t half = (std::uint64_t{1} << 61) - 1;
  const auto sums = running_sums(std::vector<std::uint64_t>{half, half});
  const std::int64_t draws = (std::int64_t{1} << 62) + 1;
  for (const std::uint64_t offset : {std::uint64_t{0}, half, 2 * half - 1}) {
    const auto starts = slot_starts(sums, draws, offset);
    EXPECT_EQ(starts[0], 0u);
    EXPECT_EQ(starts[1], (std::uint64_t{1} << 61) + (offset >= half ? 1 : 0));
    EXPECT_EQ(starts[2], static_cast<std::uint64_t>(draws));
  }
}

}  // namespace
}  // namespace ltr::sampling
