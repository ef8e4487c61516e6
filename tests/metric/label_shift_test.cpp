// SPDX-License-Identifier: Apache-2.0
#include "metric/label_shift.hpp"

#include <gtest/gtest.h>

namespace ltr::metric {
namespace {

Counts accuracies(std::vector<std::int64_t> correct) {
  Counts counts;
  counts.total = std::vector<std::int64_t>(correct.size(), 10);
  counts.correct = std::move(correct);
  return counts;
}

TEST(ClassOrder, FallsByTrainingImagesAndKeepsEqualOnes) {
  EXPECT_EQ(classes_by_count(std::vector<std::int64_t>{5, 9, 5, 100}),
            (std::vector<std::size_t>{3, 1, 0, 2}));
}

TEST(ShiftedAccuracy, WeighsClassesByTheirPlace) {
  // Three classes in the order 1, 0, 2 with accuracies 50, 20 and 80 %; ratio 4 gives weights 1, 1/2, 1/4.
  const Counts counts = accuracies({2, 5, 8});
  const std::vector<std::size_t> order{1, 0, 2};
  EXPECT_NEAR(*shifted_accuracy(counts, order, 4, ShiftDirection::forward), (50 + 10 + 20) / 1.75, 1e-12);
  EXPECT_NEAR(*shifted_accuracy(counts, order, 4, ShiftDirection::backward), (12.5 + 10 + 80) / 1.75, 1e-12);
}

TEST(ShiftedAccuracy, RatioOneIsTheMeanOverClasses) {
  const Counts counts = accuracies({2, 5, 8});
  const std::vector<std::size_t> order{0, 1, 2};
  EXPECT_NEAR(*shifted_accuracy(counts, order, 1, ShiftDirection::forward), 50, 1e-12);
  EXPECT_NEAR(*shifted_accuracy(counts, order, 1, ShiftDirection::backward), 50, 1e-12);
}

TEST(ShiftedAccuracy, LeavesOutClassesWithoutTestImages) {
  Counts counts = accuracies({2, 0, 8});
  counts.total[1] = 0;
  const std::vector<std::size_t> order{0, 1, 2};
  EXPECT_NEAR(*shifted_accuracy(counts, order, 4, ShiftDirection::forward), (20 + 80 / 4.0) / 1.25, 1e-12);
  counts.total = {0, 0, 0};
  EXPECT_FALSE(shifted_accuracy(counts, order, 4, ShiftDirection::forward));
}

TEST(ShiftedAccuracy, OneClassHasItsOwn) {
  EXPECT_NEAR(*shifted_accuracy(accuracies({3}), std::vector<std::size_t>{0}, 50, ShiftDirection::backward),
              30, 1e-12);
}

}  // namespace
}  // namespace ltr::metric
