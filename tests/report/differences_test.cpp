// SPDX-License-Identifier: Apache-2.0
#include "report/differences.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "message_of.hpp"
#include "report/sample_runs.hpp"

namespace ltr::report {
namespace {

/// The differences of a table of `runs`.
std::vector<Difference> differences_in(const std::vector<record::RunRecord>& runs,
                                       const TableOptions& options = {}, std::string_view kind = "grid") {
  return make_table(table_kind(kind), Results(runs), options).differences;
}

/// Seeds whose tau_normalized has 60 % and whose joint has the given number of right images of 40.
std::vector<record::RunRecord> runs_with_joint(const std::vector<std::vector<std::int64_t>>& correct) {
  std::vector<record::RunRecord> runs;
  for (std::size_t seed = 0; seed < correct.size(); ++seed) {
    set_joint(runs.emplace_back(record::sample_run(seed)), correct[seed]);
  }
  return runs;
}

TEST(Differences, AreMeansOverSeedsWithStudentsInterval) {
  // 60 - 45, 60 - 50, 60 - 47.5 points.
  const auto found = differences_in(runs_with_joint({{9, 7, 1, 1}, {9, 7, 3, 1}, {9, 7, 2, 1}}));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].labels, std::vector<std::string>{"instance_balanced"});
  EXPECT_EQ(found[0].pair, "tau_normalized - joint");
  EXPECT_EQ(found[0].by_seed.n, 3U);
  EXPECT_NEAR(found[0].by_seed.mean, 12.5, 1e-12);
  EXPECT_NEAR(*metric::half_width_95(found[0].by_seed), 4.30265 * 2.5 / std::sqrt(3.0), 1e-4);
  // t = 12.5 sqrt(3) / 2.5 with two degrees of freedom: 1 - t / sqrt(2 + t t).
  const double t = 12.5 * std::sqrt(3.0) / 2.5;
  EXPECT_NEAR(*found[0].probability, 1 - t / std::sqrt(2 + t * t), 1e-9);
  EXPECT_TRUE(found[0].shown);
}

TEST(Differences, InsideTheBandAreNotShown) {
  const auto runs = runs_with_joint({{9, 7, 5, 1}, {9, 7, 5, 1}, {9, 7, 5, 1}});
  TableOptions options;
  options.band = 5;
  EXPECT_FALSE(differences_in(runs, options)[0].shown);
  options.band = 4.9;
  EXPECT_TRUE(differences_in(runs, options)[0].shown);
}

TEST(Differences, WhoseIntervalHoldsZeroAreNotShown) {
  // 60 - 30, 60 - 60, 60 - 45: 15 points on average, give or take 37.
  const auto found = differences_in(runs_with_joint({{5, 5, 1, 1}, {9, 7, 6, 2}, {9, 7, 1, 1}}));
  EXPECT_NEAR(found[0].by_seed.mean, 15, 1e-12);
  EXPECT_FALSE(found[0].shown);
}

TEST(Differences, NeedThreeSeedsOfBoth) {
  auto runs = runs_with_joint({{9, 7, 1, 1}, {9, 7, 3, 1}, {9, 7, 2, 1}});
  runs[1].cells[0].error = "lost";
  const auto found = differences_in(runs);
  EXPECT_EQ(found[0].by_seed.n, 2U);
  EXPECT_FALSE(found[0].probability);
  EXPECT_FALSE(found[0].test_set);
}

TEST(Differences, AreCorrectedForTheirNumber) {
  auto runs = runs_with_joint({{9, 7, 1, 1}, {9, 7, 3, 1}, {9, 7, 2, 1}});
  const double alone = *differences_in(runs)[0].probability;
  for (std::uint64_t seed = 0; seed < runs.size(); ++seed) {
    // Three strategies more that are as good as tau_normalized.
    for (const auto learning :
         {config::LearningKind::ncm, config::LearningKind::crt, config::LearningKind::lws}) {
      runs[seed].cells.push_back(
          record::sample_cell(seed, config::SamplingKind::instance_balanced, learning, {8, 6, 6, 4}));
    }
  }
  const auto found = differences_in(runs);
  ASSERT_EQ(found.size(), 4U);
  for (const Difference& difference : found) EXPECT_NEAR(*difference.probability, 4 * alone, 1e-12);
}

TEST(Differences, AreWithinOneSampling) {
  auto runs = runs_with_joint({{9, 7, 1, 1}});
  runs[0].cells.push_back(
      record::sample_cell(0, config::SamplingKind::square_root, config::LearningKind::crt, {1, 1, 1, 1}));
  EXPECT_EQ(differences_in(runs).size(), 1U);
}

TEST(Differences, CanBeOfAnotherAccuracyAndAgainstAnotherStrategy) {
  TableOptions options;
  options.difference_of = "few";
  options.against = config::LearningKind::tau_normalized;
  const auto found = differences_in({record::sample_run()}, options);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].pair, "joint - tau_normalized");
  EXPECT_NEAR(found[0].by_seed.mean, -30, 1e-12);
  options.against = config::LearningKind::ncm;
  EXPECT_TRUE(differences_in({record::sample_run()}, options).empty());
  options.difference_of = "fw";
  EXPECT_EQ(
      test::message_of<base::ConfigError>([&] { (void)differences_in({record::sample_run()}, options); }),
      "--differences fw: no accuracy has this name, so strategies cannot be compared in it; choose one of "
      "many, medium, few, all, balanced");
}

TEST(Differences, AgainstAStrategyThatIsNotThereSaysSo) {
  TableOptions options;
  options.against = config::LearningKind::lws;
  const std::vector<record::RunRecord> runs{record::sample_run()};
  const Table table = make_table(table_kind("grid"), Results(runs), options);
  EXPECT_TRUE(table.differences.empty());
  EXPECT_EQ(
      table.notes.back(),
      "--against lws: no seed has a complete cell of it and of another strategy, so nothing is compared");
}

TEST(TestSetUncertainty, IsThatOfTwoIndependentBinomialsAndShrinksWithImagesNotSeeds) {
  const auto width_of = [](std::size_t seeds, std::int64_t times) {
    std::vector<record::RunRecord> runs;
    for (std::size_t seed = 0; seed < seeds; ++seed) {
      record::RunRecord& run = runs.emplace_back(record::sample_run(seed));
      for (record::CellRecord& cell : run.cells) {
        for (std::int64_t& count : cell.test.correct) count *= times;
        for (std::int64_t& count : cell.test.total) count *= times;
      }
    }
    const metric::Interval interval = *differences_in(runs)[0].test_set;
    return interval.high - interval.low;
  };
  // In points: 100 / 40 per image, variances n p (1 - p) of both strategies' four classes.
  const double variance = 10 * (0.9 * 0.1 + 0.7 * 0.3 + 0.5 * 0.5 + 0.1 * 0.9) +
                          10 * (0.8 * 0.2 + 0.6 * 0.4 + 0.6 * 0.4 + 0.4 * 0.6);
  const double expected = 2 * 1.96 * 2.5 * std::sqrt(variance);
  EXPECT_NEAR(width_of(3, 1), expected, 0.12 * expected);
  EXPECT_NEAR(width_of(6, 1), expected, 0.12 * expected);
  EXPECT_NEAR(width_of(3, 100), expected / 10, 0.12 * expected / 10);
}

TEST(TestSetUncertainty, IsTheSameEveryTime) {
  const auto runs = runs_with_joint({{9, 7, 1, 1}, {9, 7, 3, 1}, {9, 7, 2, 1}});
  const metric::Interval first = *differences_in(runs)[0].test_set;
  const metric::Interval second = *differences_in(runs)[0].test_set;
  EXPECT_EQ(first.low, second.low);
  EXPECT_EQ(first.high, second.high);
}

TEST(Differences, OfTwoBackbonesStandApart) {
  auto runs = imagenet_runs(1);
  runs.push_back(
      imagenet_run(0, [](config::Configuration& c) { c.model.backbone = config::BackboneKind::resnet10; }));
  const auto found = differences_in(runs, {}, "table_2");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].labels, (std::vector<std::string>{"resnet10", "instance_balanced"}));
  EXPECT_EQ(found[1].labels, (std::vector<std::string>{"resnext50_32x4d", "instance_balanced"}));
}

}  // namespace
}  // namespace ltr::report
