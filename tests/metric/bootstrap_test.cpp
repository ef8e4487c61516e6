// SPDX-License-Identifier: Apache-2.0
#include "metric/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <gtest/gtest.h>

#include "metric/statistics.hpp"

namespace ltr::metric {
namespace {
base::CounterRandom random_of(std::uint64_t seed) { return {seed, base::Stream::test}; }

TEST(Resampling, HasMeanAndVarianceOfTheBinomials) {
  const std::vector<BootstrapClass> classes{{50, 0.9, 0.1}, {7, 0.25, 2}, {20'000, 0.5, 0.01}};
  double mean = 0;
  double variance = 0;
  for (const BootstrapClass& one : classes) {
    const auto images = static_cast<double>(one.images);
    mean += one.weight * images * one.accuracy;
    variance += one.weight * one.weight * images * one.accuracy * (1 - one.accuracy);
  }
  constexpr std::size_t kResamples = 20'000;
  const Summary summary = summarise(bootstrap_sums(classes, kResamples, random_of(1)));
  // Five standard errors of the mean and of the deviation.
  const double error = std::sqrt(variance / kResamples);
  EXPECT_NEAR(summary.mean, mean, 5 * error);
  EXPECT_NEAR(*summary.deviation, std::sqrt(variance), 5 * error / std::sqrt(2));
}

TEST(Resampling, EachNumberOfRightImagesComesAsOftenAsItShould) {
  constexpr std::size_t kResamples = 40'000;
  const std::vector<double> sums =
      bootstrap_sums(std::vector<BootstrapClass>{{4, 0.3, 1}}, kResamples, random_of(2));
  std::map<double, std::int64_t> seen;
  for (const double sum : sums) ++seen[sum];
  const std::vector<double> expected{0.2401, 0.4116, 0.2646, 0.0756, 0.0081};
  double chi_square = 0;
  for (std::size_t k = 0; k < expected.size(); ++k) {
    const double count = expected[k] * kResamples;
    const double gap = static_cast<double>(seen[static_cast<double>(k)]) - count;
    chi_square += gap * gap / count;
  }
  EXPECT_EQ(seen.size(), expected.size());
  EXPECT_LT(chi_square, 18.5);  // 99.9 % of four degrees of freedom
}

TEST(Resampling, CertainClassesDoNotMove) {
  const std::vector<double> sums =
      bootstrap_sums(std::vector<BootstrapClass>{{10, 1, 0.5}, {10, 0, 3}, {0, 0.5, 1}}, 50, random_of(3));
  EXPECT_EQ(sums, std::vector<double>(50, 5.0));
}

TEST(Resampling, IsTheSameForTheSameNumbersInAnyOrder) {
  std::vector<BootstrapClass> classes{{50, 0.9, 0.1}, {7, 0.25, 2}, {7, 0.5, 2}};
  const std::vector<double> sums = bootstrap_sums(classes, 100, random_of(4));
  std::ranges::reverse(classes);
  EXPECT_EQ(bootstrap_sums(classes, 100, random_of(4)), sums);
  EXPECT_NE(bootstrap_sums(classes, 100, random_of(5)), sums);
}

TEST(Resampling, TheMiddleLeavesOutTwoAndAHalfPercentOnEachSide) {
  std::vector<double> values(201);
  std::iota(values.begin(), values.end(), 0.0);
  std::ranges::reverse(values);
  const Interval middle = middle_95(values);
  EXPECT_DOUBLE_EQ(middle.low, 5);
  EXPECT_DOUBLE_EQ(middle.high, 195);
}

}  // namespace
}  // namespace ltr::metric
