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
  const Fidelity& f = c.fidelity;
  EXPECT_FALSE(f.frozen_statistics_move || f.first_part_statistics || f.class_balanced_runs ||
               f.square_root_independent || f.progressive_independent || f.lws_scales_bias ||
               f.lws_decays_scales || f.schedule_ahead);
  EXPECT_EQ(c.stage_2.ncm.distance, NcmDistance::cosine);
}

TEST(Fidelity, ReferenceIsTheAuthorsCodeAtEveryPointButTheUnrecordedOne) {
  const Configuration c = least_with("[fidelity]\nmode = \"reference\"\n");
  const Fidelity& f = c.fidelity;
  EXPECT_TRUE(f.frozen_statistics_move && f.first_part_statistics && f.class_balanced_runs &&
              f.square_root_independent && f.progressive_independent && f.lws_scales_bias &&
              f.lws_decays_scales);
  EXPECT_FALSE(f.schedule_ahead);
  EXPECT_EQ(c.stage_2.ncm.distance, NcmDistance::centred);
}

TEST(Fidelity, AKeySetsWhatIsCalledAfterIt) {
  const auto with = [](const char* name) {
    return least_with(base::format("[fidelity]\n{} = true\n", name)).fidelity;
  };
  EXPECT_TRUE(with("frozen_statistics_move").frozen_statistics_move);
  EXPECT_TRUE(with("first_part_statistics").first_part_statistics);
  EXPECT_TRUE(with("class_balanced_runs").class_balanced_runs);
  EXPECT_TRUE(with("square_root_independent").square_root_independent);
  EXPECT_TRUE(with("progressive_independent").progressive_independent);
  EXPECT_TRUE(with("lws_scales_bias").lws_scales_bias);
  EXPECT_TRUE(with("lws_decays_scales").lws_decays_scales);
  EXPECT_TRUE(with("schedule_ahead").schedule_ahead);
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

TEST(Fidelity, TextSaysWhatHoldsAtEveryPoint) {
  EXPECT_EQ(fidelity_text(least_with("")), R"(fidelity: corrected
  fidelity.frozen_statistics_move = false     BatchNorm of frozen layers stays as it is
  fidelity.first_part_statistics = false      running statistics follow the mean over a step's micro-batches
  fidelity.class_balanced_runs = false        class-balanced: single draws by exact quotas, no replacement
  fidelity.square_root_independent = false    square-root: exact quotas, no replacement
  fidelity.progressive_independent = false    progressively-balanced: exact quotas, no replacement
  fidelity.lws_scales_bias = false            lws: the scale multiplies the weights only
  fidelity.lws_decays_scales = false          lws: scales do not decay
  fidelity.schedule_ahead = false             epoch e trains at the schedule's value for e
  stage_2.ncm.distance = "cosine"             ncm: angle between a feature and the class mean
)");
  EXPECT_EQ(fidelity_text(least_with("[fidelity]\nmode = \"reference\"\n")), R"(fidelity: reference
  fidelity.frozen_statistics_move = true      BatchNorm of frozen layers keeps training: batch statistics, moving running ones
  fidelity.first_part_statistics = true       running statistics follow the first micro-batch of a step
  fidelity.class_balanced_runs = true         class-balanced: classes in turn, four draws each, images of a class in turn
  fidelity.square_root_independent = true     square-root: independent draws, with replacement
  fidelity.progressive_independent = true     progressively-balanced: classes drawn independently, images of a class in turn
  fidelity.lws_scales_bias = true             lws: the scale multiplies the bias too
  fidelity.lws_decays_scales = true           lws: weight decay applies to the scales
  fidelity.schedule_ahead = false             epoch e trains at the schedule's value for e
  stage_2.ncm.distance = "centred"            ncm: features less the training mean, of length 1; distance to the class mean, its length kept
)");
}

TEST(Fidelity, ReplacementExcludesTheAuthorsManners) {
  for (const char* point : {"class_balanced_runs", "square_root_independent", "progressive_independent"}) {
    EXPECT_THAT(refusal_of(base::format("[grid]\nreplacement = true\n[fidelity]\n{} = true\n", point)),
                HasSubstr(base::format("grid.replacement = true with fidelity.{} = true: ", point)));
  }
}

}  // namespace
}  // namespace ltr::config
