// SPDX-License-Identifier: Apache-2.0
#include "metric/calibration.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/random.hpp"

namespace ltr::metric {
namespace {

TEST(Calibration, ErrorIsTheGapOfAClassifierThatIsAlwaysEquallySure) {
  CalibrationCounts counts;
  for (int i = 0; i < 1000; ++i) counts.add(0.875, i < 600 ? Answer::right : Answer::wrong);
  const Calibration result = calibration(counts);
  EXPECT_DOUBLE_EQ(result.expected_calibration_error, 0.875 - 0.6);
  EXPECT_EQ(result.images[13], 1000);  // 0.875 * 15 = 13.125
  EXPECT_DOUBLE_EQ(result.mean_confidence[13], 0.875);
  EXPECT_DOUBLE_EQ(result.accuracy[13], 0.6);
}

TEST(Calibration, ErrorWeighsBinsByTheirImages) {
  CalibrationCounts counts;
  for (int i = 0; i < 300; ++i) counts.add(0.25, Answer::wrong);  // gap 0.25
  for (int i = 0; i < 100; ++i) counts.add(1.0, Answer::right);   // gap 0
  for (int i = 0; i < 100; ++i) counts.add(0.5, Answer::right);   // gap 0.5
  EXPECT_DOUBLE_EQ(calibration(counts).expected_calibration_error, (300 * 0.25 + 100 * 0.5) / 500);
}

TEST(Calibration, HonestProbabilitiesHaveAlmostNoError) {
  base::CounterRandom random(1, base::Stream::test);
  CalibrationCounts counts;
  constexpr int kImages = 200000;
  for (int i = 0; i < kImages; ++i) {
    const double confidence = random.uniform();
    counts.add(confidence, random.uniform() < confidence ? Answer::right : Answer::wrong);
  }
  // Each bin's gap has a standard deviation below 0.5 / sqrt(13,333) = 0.0043.
  EXPECT_LT(calibration(counts).expected_calibration_error, 0.006);
}

TEST(Calibration, BinEdgesBelongToTheBinAboveAndOneToTheLast) {
  CalibrationCounts counts;
  counts.add(0.0, Answer::wrong);
  counts.add(1.0 / 3 + 1e-9, Answer::wrong);
  counts.add(1.0 / 3 - 1e-9, Answer::wrong);
  counts.add(1.0, Answer::right);
  EXPECT_EQ(counts.images[0], 1);
  EXPECT_EQ(counts.images[4], 1);
  EXPECT_EQ(counts.images[5], 1);
  EXPECT_EQ(counts.images[14], 1);
}

TEST(Calibration, PartsAddUpToTheWholeInAnyOrder) {
  base::CounterRandom random(2, base::Stream::test);
  CalibrationCounts whole;
  CalibrationCounts parts[2];
  for (int i = 0; i < 1000; ++i) {
    const double confidence = random.uniform();
    const Answer answer = random.below(2) == 0 ? Answer::right : Answer::wrong;
    whole.add(confidence, answer);
    parts[(i * 7) % 2].add(confidence, answer);
  }
  for (std::size_t bin = 0; bin < kCalibrationBins; ++bin) {
    EXPECT_EQ(parts[0].confidence[bin] + parts[1].confidence[bin], whole.confidence[bin]);
    EXPECT_EQ(parts[0].images[bin] + parts[1].images[bin], whole.images[bin]);
  }
}

TEST(Calibration, NothingCountedIsZeroEverywhere) {
  const Calibration result = calibration(CalibrationCounts{});
  EXPECT_EQ(result.images, std::vector<std::int64_t>(kCalibrationBins, 0));
  EXPECT_EQ(result.expected_calibration_error, 0.0);
}

TEST(Calibration, RefusesWhatIsNoProbability) {
  CalibrationCounts counts;
  EXPECT_THROW(counts.add(std::nan(""), Answer::right), base::DataError);
  EXPECT_THROW(counts.add(-0.1, Answer::right), base::DataError);
  EXPECT_THROW(counts.add(std::numeric_limits<double>::infinity(), Answer::right), base::DataError);
  EXPECT_NO_THROW(counts.add(1.0 + 1e-7, Answer::right));
}

}  // namespace
}  // namespace ltr::metric
