// SPDX-License-Identifier: Apache-2.0
#include "config/recipe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config_text.hpp"

namespace ltr::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(LearningRate, FollowsTheBatchWhereAskedTo) {
  const Configuration plain = least_with("", {"stage_1.global_batch=256"});
  EXPECT_EQ(effective_learning_rate(plain, 0.2), 0.2);
  const Configuration scaled =
      least_with("", {"stage_1.global_batch=256", "stage_1.scale_learning_rate=true"});
  EXPECT_DOUBLE_EQ(effective_learning_rate(scaled, 0.2), 0.1);
}

TEST(Warnings, NameARateThatDoesNotGoWithTheBatch) {
  EXPECT_THAT(
      warnings(least_with("", {"stage_1.global_batch=256"})),
      ElementsAre(AllOf(StartsWith("stage_1.learning_rate = 0.2 is 2 times the recipe's 0.2 for 512 images "
                                   "at a global batch of 256; "),
                        HasSubstr("the rate for this batch is 0.1,")),
                  StartsWith("stage_2.learning_rate = 0.2 is 2 times")));
}

TEST(Warnings, AreSilentInTheRecipesProportion) {
  EXPECT_THAT(warnings(least_with("")), IsEmpty());
  EXPECT_THAT(warnings(least_with("", {"stage_1.global_batch=256", "stage_1.scale_learning_rate=true"})),
              IsEmpty());
  EXPECT_THAT(warnings(least_with("", {"stage_1.global_batch=256", "stage_1.learning_rate=0.1",
                                       "stage_2.learning_rate=0.1"})),
              IsEmpty());
}

TEST(Warnings, AreSilentAtOtherImageSizes) {
  EXPECT_THAT(warnings(least_with("", {"input.size=32", "stage_1.global_batch=64"})), IsEmpty());
}

}  // namespace
}  // namespace ltr::config
