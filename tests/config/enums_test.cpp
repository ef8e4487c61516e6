// SPDX-License-Identifier: Apache-2.0
#include "config/enums.hpp"

#include <cstddef>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "message_of.hpp"

namespace ltr::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// What the compiler calls an enumerator; "" for a value that is none.
template <auto Value>
std::string spelled() {
  const std::string function = __PRETTY_FUNCTION__;
  const std::string value = function.substr(function.find("Value = "));
  if (value.find("::") == std::string::npos || value.find('(') != std::string::npos) return "";
  const std::size_t name = value.find_first_of(";]");
  const std::size_t begin = value.rfind("::", name) + 2;
  return value.substr(begin, name - begin);
}

/// The enumerators in their order.
template <class Enum>
std::vector<std::string> all_spelled() {
  return []<int... Values>(std::integer_sequence<int, Values...>) {
    std::vector<std::string> names{spelled<static_cast<Enum>(Values)>()...};
    std::erase(names, "");
    return names;
  }(std::make_integer_sequence<int, 32>());  // more than any enum has
}

template <class Enum>
class Enumerators : public testing::Test {};

using AllEnums = testing::Types<SamplingKind, LearningKind, BackboneKind, TrainedPart, TrainCrop, LoaderCache,
                                ScheduleKind, LossKind, NcmDistance, Reduction, DeviceKind, Precision,
                                ExchangeKind, FidelityMode>;
TYPED_TEST_SUITE(Enumerators, AllEnums);

template <class... Enums>
constexpr std::ptrdiff_t count_of(testing::Types<Enums...>) {
  return sizeof...(Enums);
}

TEST(ListOfChoices, IsOfTheEnumsThatAreTestedHere) {
  std::istringstream text(list_choices());
  std::ptrdiff_t headings = 0;
  for (std::string line; std::getline(text, line);) {
    if (!line.empty() && !line.starts_with("  ")) ++headings;
  }
  EXPECT_EQ(headings, count_of(AllEnums()));
}

TYPED_TEST(Enumerators, AreAllEnteredInTheirOrderAsTheyAreSpelled) {
  const std::vector<std::string> names = all_spelled<TypeParam>();
  const auto entries = enum_entries<TypeParam>();
  ASSERT_EQ(entries.size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(entries[i].value, static_cast<TypeParam>(i));
    // C++ has "auto" for something else.
    EXPECT_EQ(entries[i].name, names[i] == "automatic" ? "auto" : names[i]);
    EXPECT_EQ(name_of(entries[i].value), entries[i].name);
    EXPECT_EQ(enum_from_name<TypeParam>(entries[i].name), entries[i].value);
  }
  EXPECT_EQ(name_of(static_cast<TypeParam>(names.size())), "?");
}

TYPED_TEST(Enumerators, AreListedOnOneLineEachWithHelp) {
  for (const auto& entry : enum_entries<TypeParam>()) {
    EXPECT_FALSE(entry.help.empty());
    EXPECT_THAT(list_choices(), testing::ContainsRegex("\n  " + std::string(entry.name) + " +[^ \n]"));
    EXPECT_THAT(list_choices(), HasSubstr(std::string(entry.help) + "\n"));
  }
}

TEST(DrawSchemes, AreAllEnteredInTheirOrderUnderDistinctNames) {
  const auto entries = enum_entries<DrawScheme>();
  ASSERT_EQ(entries.size(), all_spelled<DrawScheme>().size());
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].value, static_cast<DrawScheme>(i));
    EXPECT_TRUE(names.insert(entries[i].name).second) << entries[i].name;
  }
}

std::string refusal_of_strategy(std::string_view name) {
  return test::message_of<base::ConfigError>([&] { return enum_from_name<LearningKind>(name); });
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
