// SPDX-License-Identifier: Apache-2.0
#include "report/comparable.hpp"

#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include "report/sample_tables.hpp"

namespace ltr::report {
namespace {

/// The clauses in which a record of the suite's configuration `file` differs from the first published row of
/// `table` for the same network and strategy.
std::vector<std::string> differences_of(const std::string& file, std::map<std::string, std::string> hashes,
                                        config::LearningKind learning, std::string_view table) {
  const config::Configuration configuration =
      config::read_configuration(std::filesystem::path(LTR_SOURCE_DIR) / "configs" / file);
  record::RunRecord run = record::sample_run();
  run.configuration = config::to_toml(configuration);
  run.test_serves_as_validation = configuration.data.validation.empty();
  run.data_hashes = std::move(hashes);
  const std::vector<record::RunRecord> runs{run};
  const std::vector<RunView> views = views_of(runs);
  for (const PublishedRow& row : published_rows()) {
    const bool same = row.table == table && row.strategy == config::name_of(learning) &&
                      row.backbone == config::name_of(configuration.model.backbone) &&
                      row.epochs == configuration.stage_1.epochs;
    if (same) return differences_from_published(views[0], learning, row);
  }
  return {"no row of " + std::string(table)};
}

TEST(TheSuitesConfigurations, AreThePapersRecipes) {
  const std::map<std::string, std::string> imagenet = imagenet_run(0).data_hashes;
  const std::map<std::string, std::string> inaturalist{
      {"train.list", "4accdb7584d2f0a5106c40a33ed6afa392189bcc"},
      {"test.list", "4c23900857fd0f5adcd4cc0dffef345039eeb05f"}};
  const std::vector<std::string> none;
  using enum config::LearningKind;
  for (const config::LearningKind learning : {joint, ncm, crt, tau_normalized, lws}) {
    EXPECT_EQ(differences_of("imagenet_lt/resnext50_32x4d.toml", imagenet, learning, "figure_1"), none);
    for (const char* backbone : {"resnet10", "resnext152_32x4d"}) {
      const std::string file = std::string("imagenet_lt/") + backbone + ".toml";
      EXPECT_EQ(differences_of(file, imagenet, learning, "table_2"), none) << file;
    }
    for (const char* name : {"resnet50_90", "resnet50_200", "resnet152_90", "resnet152_200"}) {
      const std::string file = std::string("inaturalist18/") + name + ".toml";
      EXPECT_EQ(differences_of(file, inaturalist, learning, "table_3"), none) << file;
    }
  }
}

TEST(TheSuitesConfigurations, OfPlacesLacksWhatWasNotPublished) {
  const std::map<std::string, std::string> places{
      {"train.list", "6392252f8ae867bc8a5e841cc1b29e5b8ef4b636"},
      {"validation.list", "b93a2ca58ccb7f3b671c176f395a70bf52c95533"},
      {"model.pretrained", "cd"}};
  EXPECT_EQ(differences_of("places_lt/resnet152.toml", places, config::LearningKind::crt, "table_4"),
            (std::vector<std::string>{"no hash of Places-LT's public test list is known",
                                      "no hash of the pre-trained weights was published"}));
}

TEST(PretrainedWeights, MatchARowThatNamesTheirHash) {
  record::RunRecord run =
      imagenet_run(0, [](config::Configuration& c) { c.model.pretrained = "w.safetensors"; });
  run.data_hashes["model.pretrained"] = "0123";
  const std::vector<record::RunRecord> runs{run};
  const std::vector<RunView> views = views_of(runs);
  PublishedRow row = published_rows().front();
  EXPECT_EQ(differences_from_published(views[0], config::LearningKind::joint, row).size(), 1U);
  row.pretrained_sha256 = "0123";
  EXPECT_TRUE(differences_from_published(views[0], config::LearningKind::joint, row).empty());
}

TEST(PublicSets, AreRecognisedByListOrElseBySize) {
  record::RunRecord run = imagenet_run(0);
  ASSERT_NE(public_set_of(run), nullptr);
  EXPECT_EQ(public_set_of(run)->name, "imagenet_lt");
  run.data_hashes.clear();
  EXPECT_EQ(public_set_of(run), nullptr);
  run.class_counts.assign(365, 1);
  run.class_counts[0] = 62'500 - 364;
  ASSERT_NE(public_set_of(run), nullptr);
  EXPECT_EQ(public_set_of(run)->name, "places_lt");
  run.class_counts[0] += 1;
  EXPECT_EQ(public_set_of(run), nullptr);
}

}  // namespace
}  // namespace ltr::report
