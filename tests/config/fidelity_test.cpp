// SPDX-License-Identifier: Apache-2.0
#include "config/fidelity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/format.hpp"
#include "config/config_text.hpp"

namespace ltr::config {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string_view name_below_table(const FidelityPoint& point) {
  return point.key.substr(point.key.find('.') + 1);
}

TEST(Fidelity, FollowsTheTextUnlessAskedOtherwise) {
  const Configuration c = least_with("");
  EXPECT_EQ(c.fidelity.mode, FidelityMode::corrected);
  for (const FidelityPoint& point : kFidelityPoints) EXPECT_FALSE(c.fidelity.*point.as_code) << point.key;
  EXPECT_EQ(c.stage_2.ncm.distance, NcmDistance::cosine);
}

TEST(Fidelity, ReferenceIsTheAuthorsCodeAtEveryPointButTheUnrecordedOne) {
  const Configuration c = least_with("[fidelity]\nmode = \"reference\"\n");
  for (const FidelityPoint& point : kFidelityPoints) {
    EXPECT_EQ(c.fidelity.*point.as_code, point.key != "fidelity.schedule_ahead") << point.key;
  }
  EXPECT_EQ(c.stage_2.ncm.distance, NcmDistance::centred);
}

TEST(Fidelity, EveryPointIsAKeyThatTurnsItAlone) {
  for (const std::string mode : {"corrected", "reference"}) {
    const Configuration plain = least_with(base::format("[fidelity]\nmode = \"{}\"\n", mode));
    for (const FidelityPoint& point : kFidelityPoints) {
      const bool turned = !(plain.fidelity.*point.as_code);
      const Configuration c = least_with(base::format(
          "[fidelity]\n{} = {}\nmode = \"{}\"\n", name_below_table(point), turned ? "true" : "false", mode));
      const std::vector<KeyDifference> differing = differing_keys(c, plain);
      ASSERT_EQ(differing.size(), 1U) << point.key;
      EXPECT_EQ(differing[0].key, point.key);
      EXPECT_THAT(fidelity_text(c), StartsWith(base::format("fidelity: {}, but for {} = {}\n", mode,
                                                            point.key, turned ? "true" : "false")));
    }
  }
}

TEST(Fidelity, AGivenDistanceStandsInEitherMode) {
  const Configuration c =
      least_with("[stage_2]\nncm.distance = \"euclidean\"\n[fidelity]\nmode = \"reference\"\n");
  EXPECT_EQ(c.stage_2.ncm.distance, NcmDistance::euclidean);
  EXPECT_THAT(fidelity_text(c),
              StartsWith("fidelity: reference, but for stage_2.ncm.distance = \"euclidean\"\n"));
}

TEST(Fidelity, TextHasALineForEveryPoint) {
  const std::string text = fidelity_text(least_with(""));
  EXPECT_THAT(text, StartsWith("fidelity: corrected\n"));
  for (const FidelityPoint& point : kFidelityPoints) {
    EXPECT_THAT(text, HasSubstr(point.corrected));
    EXPECT_THAT(text, HasSubstr(base::format("  {} = false", point.key)));
  }
  EXPECT_THAT(text, HasSubstr("stage_2.ncm.distance = \"cosine\""));
}

TEST(Fidelity, ReplacementExcludesTheAuthorsManners) {
  for (const char* point : {"class_balanced_runs", "square_root_independent", "progressive_independent"}) {
    EXPECT_THAT(refusal_of(base::format("[grid]\nreplacement = true\n[fidelity]\n{} = true\n", point)),
                HasSubstr(base::format("grid.replacement = true with fidelity.{} = true: ", point)));
  }
}

}  // namespace
}  // namespace ltr::config
