// SPDX-License-Identifier: Apache-2.0
#include "config/enums.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace ltr::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

template <class Enum>
class Enumerators : public testing::Test {};

using AllEnums = testing::Types<SamplingKind, LearningKind, BackboneKind, TrainCrop, LoaderCache,
                                ScheduleKind, LossKind, NcmDistance, Reduction, DeviceKind, FidelityMode>;
TYPED_TEST_SUITE(Enumerators, AllEnums);

TYPED_TEST(Enumerators, StandInDeclarationOrderUnderDistinctNames) {
  std::set<std::string_view> names;
  int position = 0;
  for (const auto& entry : enum_entries<TypeParam>()) {
    EXPECT_EQ(static_cast<int>(entry.value), position++) << entry.name;
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    EXPECT_EQ(name_of(entry.value), entry.name);
    EXPECT_EQ(enum_from_name<TypeParam>(entry.name), entry.value);
  }
  // One past the last has no name, so no enumerator was forgotten.
  EXPECT_EQ(name_of(static_cast<TypeParam>(position)), "?");
}

TYPED_TEST(Enumerators, AreListedOnOneLineEachWithHelp) {
  for (const auto& entry : enum_entries<TypeParam>()) {
    EXPECT_FALSE(entry.help.empty());
    EXPECT_THAT(list_choices(), testing::ContainsRegex("\n  " + std::string(entry.name) + " +[^ \n]"));
    EXPECT_THAT(list_choices(), HasSubstr(std::string(entry.help) + "\n"));
  }
}

std::string refusal_of_strategy(std::string_view name) {
  try {
    static_cast<void>(enum_from_name<LearningKind>(name));
  } catch (const base::ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(EnumFromName, RefusesWithChoicesAndTheNearest) {
  EXPECT_THAT(refusal_of_strategy("tau_normalised"),
              AllOf(HasSubstr("\"tau_normalised\" is no learning strategy"),
                    HasSubstr("did you mean \"tau_normalized\"?"),
                    HasSubstr("joint, ncm, crt, tau_normalized, lws")));
  EXPECT_THAT(refusal_of_strategy("gradient_boosting"), Not(HasSubstr("did you mean")));
  EXPECT_THAT(refusal_of_strategy("Joint"), HasSubstr("did you mean \"joint\"?"));
}

}  // namespace
}  // namespace ltr::config
