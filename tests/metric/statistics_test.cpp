// SPDX-License-Identifier: Apache-2.0
#include "metric/statistics.hpp"

#include <cmath>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

namespace ltr::metric {
namespace {

TEST(Student, QuantilesAreThoseOfPrintedTables) {
  struct Entry {
    double probability, degrees, t;
  };
  // Three decimals, as statistical tables print them.
  for (const Entry& entry : {Entry{0.975, 1, 12.706}, Entry{0.975, 2, 4.303}, Entry{0.975, 3, 3.182},
                             Entry{0.975, 4, 2.776}, Entry{0.975, 9, 2.262}, Entry{0.975, 30, 2.042},
                             Entry{0.975, 120, 1.980}, Entry{0.95, 5, 2.015}, Entry{0.995, 10, 3.169}}) {
    EXPECT_NEAR(student_quantile(entry.probability, entry.degrees), entry.t, 5e-4)
        << entry.probability << " with " << entry.degrees;
  }
}

TEST(Student, OneAndTwoDegreesFollowTheirClosedForms) {
  for (const double p : {0.001, 0.2, 0.5, 0.75, 0.975, 0.9999}) {
    const double cauchy = std::tan(std::numbers::pi * (p - 0.5));
    const double two = (2 * p - 1) / std::sqrt(2 * p * (1 - p));
    EXPECT_NEAR(student_quantile(p, 1), cauchy, 1e-7 * (1 + std::abs(cauchy)));
    EXPECT_NEAR(student_quantile(p, 2), two, 1e-7 * (1 + std::abs(two)));
  }
}

TEST(Student, ManyDegreesApproachTheNormal) { EXPECT_NEAR(student_quantile(0.975, 1e6), 1.959964, 1e-5); }

TEST(Student, ProbabilityUndoesQuantile) {
  for (const double degrees : {1.5, 2.0, 7.3, 50.0}) {
    for (const double p : {0.025, 0.4, 0.9, 0.975}) {
      EXPECT_NEAR(student_probability(student_quantile(p, degrees), degrees), p, 1e-9);
    }
  }
}

TEST(Summary, ThreeSeedsByHand) {
  const Summary summary = summarise(std::vector<double>{48.0, 50.0, 52.0});
  EXPECT_EQ(summary.n, 3U);
  EXPECT_DOUBLE_EQ(summary.mean, 50.0);
  EXPECT_DOUBLE_EQ(summary.deviation.value(), 2.0);
  EXPECT_NEAR(half_width_95(summary).value(), 4.302652730 * 2.0 / std::sqrt(3.0), 1e-7);
}

TEST(Summary, OneValueHasNoDeviation) {
  const Summary summary = summarise(std::vector<double>{41.5});
  EXPECT_EQ(summary.n, 1U);
  EXPECT_DOUBLE_EQ(summary.mean, 41.5);
  EXPECT_FALSE(summary.deviation.has_value());
  EXPECT_FALSE(half_width_95(summary).has_value());
}

TEST(Summary, NoValuesAreNoSummary) { EXPECT_EQ(summarise({}).n, 0U); }

TEST(TwoSided, IntervalThatJustTouchesZeroHasFivePercent) {
  // Three values with mean m and deviation d: the interval ends at 0 where m = 4.303 d / sqrt(3).
  const double mean = student_quantile(0.975, 2) / std::sqrt(3.0);
  const Summary summary = summarise(std::vector<double>{mean - 1, mean, mean + 1});
  EXPECT_NEAR(summary.mean - *half_width_95(summary), 0, 1e-9);
  EXPECT_NEAR(two_sided_probability(summary).value_or(-1), 0.05, 1e-9);
}

TEST(TwoSided, SignDoesNotMatterAndTwoDegreesFollowTheirClosedForm) {
  const Summary up = summarise(std::vector<double>{1, 2, 3});
  const Summary down = summarise(std::vector<double>{-1, -2, -3});
  // t = 2 sqrt(3); P(|T| > t) = 1 - t / sqrt(2 + t t) for two degrees of freedom.
  EXPECT_NEAR(*two_sided_probability(up), 1 - std::sqrt(12.0 / 14.0), 1e-12);
  EXPECT_EQ(two_sided_probability(up), two_sided_probability(down));
}

TEST(TwoSided, EqualValuesAreCertainAndOneSaysNothing) {
  EXPECT_EQ(two_sided_probability(summarise(std::vector<double>{2, 2, 2})), 0);
  EXPECT_EQ(two_sided_probability(summarise(std::vector<double>{0, 0})), 1);
  EXPECT_FALSE(two_sided_probability(summarise(std::vector<double>{2})));
}

TEST(Holm, StepsDownFromTheSmallest) {
  // 0.01 x 4, 0.02 x 3, 0.03 x 2; 0.04 may not come out below the one before.
  const std::vector<double> corrected = holm_corrected(std::vector<double>{0.04, 0.01, 0.03, 0.02});
  ASSERT_EQ(corrected.size(), 4U);
  EXPECT_DOUBLE_EQ(corrected[1], 0.04);
  EXPECT_DOUBLE_EQ(corrected[3], 0.06);
  EXPECT_DOUBLE_EQ(corrected[2], 0.06);
  EXPECT_DOUBLE_EQ(corrected[0], 0.06);
}

TEST(Holm, OneIsLeftAloneAndNoneExceedsOne) {
  EXPECT_EQ(holm_corrected(std::vector<double>{0.03}), std::vector<double>{0.03});
  EXPECT_EQ(holm_corrected(std::vector<double>{0.6, 0.7}), (std::vector<double>{1, 1}));
  EXPECT_TRUE(holm_corrected({}).empty());
}

}  // namespace
}  // namespace ltr::metric
