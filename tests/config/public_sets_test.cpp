// SPDX-License-Identifier: Apache-2.0
#include "config/public_sets.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "config/toml.hpp"

namespace ltr::config {
namespace {

TEST(PublicLists, AreFoundByGitsHashAlone) {
  ASSERT_NE(public_list("a063f095fcd475db4cf8b0658c4b73955535bbf9"), nullptr);
  EXPECT_EQ(public_list("a063f095fcd475db4cf8b0658c4b73955535bbf9")->name, "ImageNet-LT train");
  EXPECT_EQ(public_list("a063f095fcd475db4cf8b0658c4b73955535bbfa"), nullptr);
  EXPECT_EQ(public_list(""), nullptr);
}

TEST(PublicSets, HaveTheSizeOfTheirTrainingListAndAnExplanationWhereTheyHaveNone) {
  for (const PublicSet& set : public_sets()) {
    EXPECT_EQ(set.train == nullptr, !set.never_comparable.empty()) << set.name;
    if (set.train == nullptr) continue;
    EXPECT_EQ(set.classes, set.train->classes) << set.name;
    EXPECT_EQ(set.training_images, set.train->images) << set.name;
    EXPECT_TRUE(set.train->name.starts_with(set.title)) << set.name;
  }
}

TEST(PublicSets, EveryListBelongsToASet) {
  for (const PublicList& list : public_lists()) {
    EXPECT_TRUE(std::ranges::any_of(public_sets(), [&list](const PublicSet& set) {
      return set.train == &list || set.validation == &list || set.test == &list;
    })) << list.name;
  }
}

TEST(PublicSets, HaveRecipesThatAConfigurationTakes) {
  constexpr std::string_view kPlaces =
      "format = 1\n[run]\noutput = \"run.h5\"\n[data]\ntrain = \"train.h5\"\ntest = \"test.h5\"\n";
  for (const PublicSet& set : public_sets()) {
    const std::vector<std::string> keys(set.recipe.begin(), set.recipe.end());
    EXPECT_NO_THROW((void)parse_configuration(kPlaces, set.title, keys)) << set.name;
  }
}

}  // namespace
}  // namespace ltr::config
