// SPDX-License-Identifier: Apache-2.0
#include "sampling/class_weights.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "message_of.hpp"

namespace ltr::sampling {
namespace {

using config::SamplingKind;

constexpr auto kCounts = std::to_array<std::int64_t>({1280, 640, 99, 20, 5, 1});

TEST(ClassWeights, AreThePapersPowersOfTheCounts) {
  for (const auto& [kind, q] : {std::pair{SamplingKind::instance_balanced, 1.0},
                                {SamplingKind::square_root, 0.5},
                                {SamplingKind::class_balanced, 0.0}}) {
    const auto probabilities = class_probabilities(kind, kCounts, 0, 1);
    double sum = 0;
    for (const std::int64_t n : kCounts) sum += std::pow(n, q);
    for (std::size_t j = 0; j < kCounts.size(); ++j) {
      EXPECT_NEAR(probabilities[j], std::pow(kCounts[j], q) / sum, 1e-9);
    }
    EXPECT_NEAR(std::accumulate(probabilities.begin(), probabilities.end(), 0.0), 1, 1e-12);
  }
}

TEST(ClassWeights, OfReversedSamplingAreTheInverseCounts) {
  const std::vector<std::int64_t> counts{500, 100, 20, 5};
  const std::vector<double> expected{0.0076336, 0.0381679, 0.1908397, 0.7633588};
  const auto probabilities = class_probabilities(SamplingKind::reversed, counts, 0, 1);
  for (std::size_t j = 0; j < counts.size(); ++j) EXPECT_NEAR(probabilities[j], expected[j], 1e-7);
  // Two classes of a million images and of one, exactly.
  const auto far = class_probabilities(SamplingKind::reversed, std::vector<std::int64_t>{1000000, 1}, 0, 1);
  EXPECT_NEAR(far[0] * 1000001, 1, 1e-9);
}

TEST(ClassWeights, OfProgressiveSamplingMixBothEndsLinearly) {
  const std::int64_t epochs = 90;
  const auto first = class_probabilities(SamplingKind::instance_balanced, kCounts, 0, 1);
  const double second = 1.0 / static_cast<double>(kCounts.size());
  for (const std::int64_t epoch : {0, 1, 44, 88, 89}) {
    const auto mixed = class_probabilities(SamplingKind::progressively_balanced, kCounts, epoch, epochs);
    const double lambda = static_cast<double>(epoch) / static_cast<double>(epochs - 1);
    for (std::size_t j = 0; j < kCounts.size(); ++j) {
      EXPECT_NEAR(mixed[j], (1 - lambda) * first[j] + lambda * second, 1e-14);
    }
  }
}

TEST(ClassWeights, OfASingleProgressiveEpochAreInstanceBalanced) {
  EXPECT_EQ(class_weights(SamplingKind::progressively_balanced, kCounts, 0, 1),
            class_weights(SamplingKind::instance_balanced, kCounts, 0, 1));
}

TEST(ClassWeights, OfSquareRootSamplingAreRoundedCorrectly) {
  // |w - 2^32 sqrt n| <= 1/2, checked in integers: (2w-1)^2 <= 4 n 2^64 <= (2w+1)^2.
  using Wide = unsigned __int128;
  for (const std::int64_t n : {1L, 2L, 3L, 4L, 5L, 7L, 1280L, 115'846L, 99'999'999L, 100'000'000L,
                               (1L << 52) + 1, 9'999'999'999'999'999L, 100'000'000'000'000'003L}) {
    const std::uint64_t weight = class_weights(SamplingKind::square_root, std::vector{n}, 0, 1)[0];
    const Wide four_squares = Wide(n) << 66;
    EXPECT_LE(Wide{2 * weight - 1} * (2 * weight - 1), four_squares) << n;
    EXPECT_GE(Wide{2 * weight + 1} * (2 * weight + 1), four_squares) << n;
  }
  EXPECT_EQ(class_weights(SamplingKind::square_root, std::vector<std::int64_t>{1, 2, 4}, 0, 1),
            (std::vector<std::uint64_t>{4294967296, 6074001000, 8589934592}));
}

TEST(ClassWeights, OfHundredMillionImagesAreExact) {
  // (T-1-e) K n + e N, by hand: K = 100,000, n = 1000, N = 100,000,000, T = 200.
  const std::vector<std::int64_t> counts(100'000, 1000);
  for (const std::uint64_t epoch : {0u, 57u, 199u}) {
    const auto weights =
        class_weights(SamplingKind::progressively_balanced, counts, static_cast<std::int64_t>(epoch), 200);
    EXPECT_EQ(weights[99'999], (199 - epoch) * 100'000'000 + epoch * 100'000'000);
    EXPECT_EQ(std::accumulate(weights.begin(), weights.end(), std::uint64_t{0}), 1'990'000'000'000'000u);
  }
}

TEST(ClassWeights, RefuseWhatCannotBeDrawnAndSayWhy) {
  const auto weigh = [](std::vector<std::int64_t> counts, std::int64_t epoch, std::int64_t epochs) {
    return test::message_of(
        [&] { (void)class_weights(SamplingKind::progressively_balanced, counts, epoch, epochs); });
  };
  EXPECT_NE(weigh({}, 0, 1).find("no classes"), std::string::npos);
  EXPECT_NE(weigh({3, 0, 2}, 0, 1).find("Class 1 has 0 training images"), std::string::npos);
  EXPECT_NE(weigh({3, -4}, 0, 1).find("Class 1 has -4"), std::string::npos);
  EXPECT_NE(weigh({3}, 2, 2).find("Epoch 2 of 2"), std::string::npos);
  EXPECT_NE(weigh({3}, -1, 2).find("Epoch -1 of 2"), std::string::npos);
  EXPECT_NE(weigh({1L << 60, 1L << 60}, 0, 1000).find("2^62"), std::string::npos);
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  EXPECT_NE(weigh({most, most, most}, 0, most).find("2^62"), std::string::npos);
}

TEST(ClassWeights, RaiseDataErrorsForDataAndConfigErrorsForChoices) {
  const std::vector<std::int64_t> empty;
  EXPECT_THROW((void)class_weights(SamplingKind::square_root, empty, 0, 1), base::DataError);
  EXPECT_THROW((void)class_weights(SamplingKind::square_root, kCounts, 1, 1), base::ConfigError);
}

}  // namespace
}  // namespace ltr::sampling
