// SPDX-License-Identifier: Apache-2.0
#include "config/keys.hpp"

#include <fstream>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config_text.hpp"
#include "config/methods.hpp"

namespace ltr::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Keys, HaveEachTheirOwnPathAndHelp) {
  std::set<std::string_view> paths;
  const Configuration any;
  visit_keys(any, [&](const Key& key, const auto&) {
    EXPECT_TRUE(paths.insert(key.path).second) << key.path;
    EXPECT_EQ(key.help.empty(), key.is_renamed()) << key.path;
    EXPECT_EQ(key_of(key.path).path, key.path);
    const std::string_view today = key.is_renamed() ? key.now.path : key.path;
    EXPECT_EQ(key_of(today).path, today);
  });
  EXPECT_EQ(paths.size(), 90U);
}

TEST(Keys, TablesOfTheConfigurationsPageAreWhatTheProgramPrints) {
  std::ifstream file(LTR_SOURCE_DIR "/configs/README.md");
  std::stringstream page;
  page << file.rdbuf();
  EXPECT_NE(page.str().find(keys_text()), std::string::npos) << "put the output of ltr_grid --keys there";
}

TEST(Keys, TextShowsDefaultsOrTheValuesOfAConfiguration) {
  EXPECT_THAT(keys_text(),
              AllOf(HasSubstr("### [stage_1]\n\n| key | default | may be | changes | what it is |\n"),
                    HasSubstr("| `epochs` | `90` | 1 to 1000000 | the method | of stage 1 |\n"),
                    HasSubstr("| `output` | must be given |  | where files go |"),
                    HasSubstr("| `threads` | `2` | 1 to 1024 | speed | decoding threads a rank |\n")));
  const Configuration c = least_with("", {"stage_1.epochs=7"});
  EXPECT_THAT(keys_text(&c), AllOf(HasSubstr("| key | value | may be |"), HasSubstr("| `epochs` | `7` |"),
                                   HasSubstr("| `output` | `\"results/run.h5\"` |")));
}

bool matters(std::string_view key, const CellMethods& cell, const std::vector<std::string>& set = {}) {
  return concerns(key_of(key), cell, least_with("", set));
}

constexpr CellMethods kJoint{SamplingKind::instance_balanced, LossKind::cross_entropy, LearningKind::joint};
constexpr CellMethods kCrt{SamplingKind::instance_balanced, LossKind::cross_entropy, LearningKind::crt};
constexpr CellMethods kLws{SamplingKind::square_root, LossKind::cross_entropy, LearningKind::lws};

TEST(Concerns, KeysOfAStrategyMatterToItAlone) {
  for (const LearningMethod& method : kStrategies) {
    const CellMethods cell{SamplingKind::instance_balanced, LossKind::cross_entropy, method.value};
    EXPECT_EQ(matters("stage_2.crt.epochs", cell), method.value == LearningKind::crt) << method.name;
    EXPECT_EQ(matters("stage_2.tau.to", cell), method.value == LearningKind::tau_normalized) << method.name;
    EXPECT_EQ(matters("stage_2.finetune.epochs", cell), method.name.starts_with("finetune_")) << method.name;
    EXPECT_EQ(matters("fidelity.lws_scales_bias", cell), method.value == LearningKind::lws) << method.name;
  }
}

TEST(Concerns, KeysOfStage2MatterToWhatTrainsInIt) {
  EXPECT_FALSE(matters("stage_2.learning_rate", kJoint));
  EXPECT_TRUE(matters("stage_2.learning_rate", kCrt));
  EXPECT_TRUE(matters("stage_1.learning_rate", kJoint));
}

TEST(Concerns, TheAuthorsWayOfDrawingMattersToCellsThatDrawSo) {
  EXPECT_FALSE(matters("fidelity.square_root_independent", kJoint));
  EXPECT_TRUE(matters("fidelity.square_root_independent", kLws));
  EXPECT_TRUE(matters("fidelity.class_balanced_runs", kCrt)) << "stage 2 draws so by default";
  EXPECT_FALSE(matters("fidelity.class_balanced_runs", kCrt, {"stage_2.sampling=instance_balanced"}));
}

TEST(Concerns, StatisticsOfFrozenLayersMatterWhereLayersAreFrozen) {
  EXPECT_FALSE(matters("fidelity.frozen_statistics_move", kJoint));
  EXPECT_TRUE(matters("fidelity.frozen_statistics_move", kCrt));
  EXPECT_TRUE(matters("fidelity.frozen_statistics_move", kJoint,
                      {"stage_1.trained=last_block", "model.pretrained=w.safetensors"}));
}

TEST(Effects, SayWhatAContinuedRunMayChange) {
  for (const char* key : {"run.output", "data.stage", "loader.threads", "checkpoint.keep",
                          "parallel.ranks_per_cell_stage_2", "parallel.exchange"}) {
    EXPECT_FALSE(changes_results(key_of(key))) << key;
  }
  for (const char* key : {"run.seeds", "data.train", "grid.loss", "stage_1.epochs", "parallel.device",
                          "parallel.precision", "fidelity.mode"}) {
    EXPECT_TRUE(changes_results(key_of(key))) << key;
  }
}

}  // namespace
}  // namespace ltr::config
