// SPDX-License-Identifier: Apache-2.0
#include "metric/accuracy.hpp"

#include <numeric>
#include <utility>

#include <gtest/gtest.h>

namespace ltr::metric {
namespace {

Counts counted(std::vector<std::int64_t> correct, std::vector<std::int64_t> total) {
  Counts counts;
  counts.correct = std::move(correct);
  counts.total = std::move(total);
  return counts;
}

TEST(Shots, LimitsThemselvesAreMedium) {
  const std::vector<std::int64_t> counts{101, 100, 20, 19, 0};
  const std::vector<Shot> expected{Shot::many, Shot::medium, Shot::medium, Shot::few, Shot::few};
  EXPECT_EQ(shots_of(counts, {}), expected);
}

TEST(Shots, OtherLimitsMoveTheGroups) {
  const std::vector<std::int64_t> counts{5000, 1000, 200, 199};
  const std::vector<Shot> expected{Shot::many, Shot::medium, Shot::medium, Shot::few};
  EXPECT_EQ(shots_of(counts, {.many_above = 1000, .few_below = 200}), expected);
}

TEST(Shots, NamesAreThoseOfTheTables) {
  EXPECT_EQ(name_of(Shot::many), "many");
  EXPECT_EQ(name_of(Shot::medium), "medium");
  EXPECT_EQ(name_of(Shot::few), "few");
}

TEST(GroupAccuracy, GroupsAreMeansOfClassesAndAllIsOverImages) {
  // Two many-shot classes of different test sizes: 90/100 and 10/50, so the mean of classes is not that of
  // images.
  const Counts counts = counted({90, 10, 3, 1}, {100, 50, 10, 4});
  const std::vector<Shot> shots{Shot::many, Shot::many, Shot::medium, Shot::few};
  const GroupAccuracy accuracy = group_accuracy(counts, shots);
  EXPECT_DOUBLE_EQ(accuracy.many.value(), (90.0 + 20.0) / 2);
  EXPECT_DOUBLE_EQ(accuracy.medium.value(), 30.0);
  EXPECT_DOUBLE_EQ(accuracy.few.value(), 25.0);
  EXPECT_DOUBLE_EQ(accuracy.all.value(), 100.0 * 104 / 164);
  EXPECT_DOUBLE_EQ(accuracy.balanced.value(), (90.0 + 20.0 + 30.0 + 25.0) / 4);
  EXPECT_DOUBLE_EQ(top1_percent(counts), 100.0 * 104 / 164);
}

TEST(GroupAccuracy, EqualTestSizesMakeAllAndBalancedEqual) {
  const Counts counts = counted({7, 4, 1}, {10, 10, 10});
  const GroupAccuracy accuracy =
      group_accuracy(counts, std::vector<Shot>{Shot::many, Shot::medium, Shot::few});
  EXPECT_DOUBLE_EQ(accuracy.all.value(), 40.0);
  EXPECT_DOUBLE_EQ(accuracy.balanced.value(), 40.0);
}

TEST(GroupAccuracy, ClassesWithoutTestImagesAreLeftOut) {
  const Counts counts = counted({8, 0, 0}, {10, 0, 0});
  const GroupAccuracy accuracy = group_accuracy(counts, std::vector<Shot>{Shot::many, Shot::many, Shot::few});
  EXPECT_DOUBLE_EQ(accuracy.many.value(), 80.0);
  EXPECT_FALSE(accuracy.medium.has_value());
  EXPECT_FALSE(accuracy.few.has_value());
  EXPECT_DOUBLE_EQ(accuracy.balanced.value(), 80.0);
}

TEST(GroupAccuracy, NothingCountedIsNothingNotZero) {
  const Counts counts = counted({0, 0}, {0, 0});
  const GroupAccuracy accuracy = group_accuracy(counts, std::vector<Shot>{Shot::many, Shot::few});
  EXPECT_FALSE(accuracy.many || accuracy.medium || accuracy.few || accuracy.all || accuracy.balanced);
  EXPECT_EQ(top1_percent(counts), 0.0);
}

TEST(ImageWeights, SumToTheAccuracyTheyAreOf) {
  const Counts counts = counted({9, 3, 0, 2, 5}, {10, 4, 0, 8, 5});
  const std::vector<Shot> shots{Shot::many, Shot::many, Shot::many, Shot::medium, Shot::few};
  const GroupAccuracy accuracy = group_accuracy(counts, shots);
  const auto sum = [&](AccuracyKind kind) {
    const std::vector<double> weights = image_weights(counts.total, shots, kind);
    return std::inner_product(weights.begin(), weights.end(), counts.correct.begin(), 0.0);
  };
  EXPECT_NEAR(sum(AccuracyKind::many), *accuracy.many, 1e-12);
  EXPECT_NEAR(sum(AccuracyKind::medium), *accuracy.medium, 1e-12);
  EXPECT_NEAR(sum(AccuracyKind::few), *accuracy.few, 1e-12);
  EXPECT_NEAR(sum(AccuracyKind::all), *accuracy.all, 1e-12);
  EXPECT_NEAR(sum(AccuracyKind::balanced), *accuracy.balanced, 1e-12);
}

TEST(ImageWeights, AreZeroWhereAGroupHasNoImages) {
  const std::vector<Shot> shots{Shot::many};
  EXPECT_EQ(image_weights(std::vector<std::int64_t>{7}, shots, AccuracyKind::few), std::vector<double>{0});
}

TEST(TopFive, IsOverImagesAndEmptyWhereNotCounted) {
  Counts counts = counted({1, 2}, {4, 6});
  EXPECT_FALSE(top5_percent(counts));
  counts.correct_top5 = {3, 4};
  EXPECT_EQ(top5_percent(counts), 70);
}

}  // namespace
}  // namespace ltr::metric
