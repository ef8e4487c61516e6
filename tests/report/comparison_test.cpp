// SPDX-License-Identifier: Apache-2.0
#include "report/comparison.hpp"

#include <array>
#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "report/sample_runs.hpp"

namespace ltr::report {
namespace {

/// A cell of the first record, on the row's sampling.
Cell cell_of(const Results& results, config::LearningKind learning,
             config::SamplingKind sampling = config::SamplingKind::instance_balanced) {
  Cell cell;
  cell.view = results.runs().data();
  cell.key.learning = learning;
  cell.key.sampling = sampling;
  return cell;
}

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
  const Results results({run});
  for (const PublishedRow& row : published_rows()) {
    const bool same = row.table == table && row.strategy == config::name_of(learning) &&
                      row.backbone == config::name_of(configuration.model.backbone) &&
                      row.epochs == configuration.stage_1.epochs;
    if (same) return mismatch_of(cell_of(results, learning), row).clauses();
  }
  return {"no row of " + std::string(table)};
}

/// The clauses in which a cell differs from figure 1 where it is that configuration but for `change`.
std::vector<std::string> differences_with(const Change& change, config::LearningKind learning,
                                          config::SamplingKind sampling) {
  const Results results({imagenet_run(0, change)});
  return mismatch_of(cell_of(results, learning, sampling), published_rows().front()).clauses();
}

constexpr std::array<config::LearningKind, 9> kStrategies{config::LearningKind::joint,
                                                          config::LearningKind::ncm,
                                                          config::LearningKind::crt,
                                                          config::LearningKind::tau_normalized,
                                                          config::LearningKind::lws,
                                                          config::LearningKind::finetune_all,
                                                          config::LearningKind::finetune_all_tenth_lr,
                                                          config::LearningKind::finetune_last_block,
                                                          config::LearningKind::finetune_classifier};

/// The names of the strategies, of those on features of `sampling`, that a change keeps from a verdict.
std::string concerned_by(const Change& change,
                         config::SamplingKind sampling = config::SamplingKind::instance_balanced) {
  std::vector<std::string> names;
  for (const config::LearningKind learning : kStrategies) {
    if (!differences_with(change, learning, sampling).empty()) names.emplace_back(config::name_of(learning));
  }
  return base::join(names, " ");
}

const std::map<std::string, std::string>& inaturalist_hashes() {
  static const std::map<std::string, std::string> hashes{
      {"train.list", "4accdb7584d2f0a5106c40a33ed6afa392189bcc"},
      {"test.list", "4c23900857fd0f5adcd4cc0dffef345039eeb05f"}};
  return hashes;
}

const std::map<std::string, std::string>& places_hashes() {
  static const std::map<std::string, std::string> hashes{
      {"train.list", "6392252f8ae867bc8a5e841cc1b29e5b8ef4b636"},
      {"validation.list", "b93a2ca58ccb7f3b671c176f395a70bf52c95533"},
      {"model.pretrained", "cd"}};
  return hashes;
}

TEST(ThePapersConfigurations, AreThePublishedRecipes) {
  const std::map<std::string, std::string> imagenet = imagenet_run(0).data_hashes;
  const std::vector<std::string> none;
  using enum config::LearningKind;
  for (const config::LearningKind learning : {joint, ncm, crt, tau_normalized, lws}) {
    EXPECT_EQ(differences_of("paper/figure_1.toml", imagenet, learning, "figure_1"), none);
    for (const char* backbone : {"resnet10", "resnext50_32x4d", "resnext152_32x4d"}) {
      const std::string file = std::string("paper/table_2_") + backbone + ".toml";
      EXPECT_EQ(differences_of(file, imagenet, learning, "table_2"), none) << file;
    }
    for (const char* name : {"resnet50_90", "resnet50_200", "resnet152_90", "resnet152_200"}) {
      const std::string file = std::string("paper/table_3_") + name + ".toml";
      EXPECT_EQ(differences_of(file, inaturalist_hashes(), learning, "table_3"), none) << file;
    }
  }
  for (const config::LearningKind learning :
       {finetune_all, finetune_all_tenth_lr, finetune_last_block, finetune_classifier}) {
    EXPECT_EQ(differences_of("paper/table_1.toml", imagenet, learning, "table_1"), none);
  }
}

TEST(ThePapersConfigurations, OfPlacesLacksWhatWasNotPublished) {
  EXPECT_EQ(differences_of("paper/table_4.toml", places_hashes(), config::LearningKind::crt, "table_4"),
            (std::vector<std::string>{"no hash of Places-LT's public test list is known",
                                      "no hash of the pre-trained weights was published"}));
}

TEST(CorrectedConfigurations, DifferFromThePublishedInFidelityAlone) {
  const std::map<std::string, std::string> imagenet = imagenet_run(0).data_hashes;
  using enum config::LearningKind;
  const auto differences = [&](config::LearningKind learning) {
    return base::join(differences_of("imagenet_lt/resnext50_32x4d.toml", imagenet, learning, "figure_1"),
                      "; ");
  };
  EXPECT_EQ(differences(joint), "fidelity.first_part_statistics is false, published with true");
  EXPECT_EQ(differences(tau_normalized), differences(joint));
  EXPECT_EQ(differences(ncm),
            "stage_2.ncm.distance is \"cosine\", published with \"centred\"; " + differences(joint));
  EXPECT_EQ(differences(crt),
            "fidelity is not the authors' code: frozen_statistics_move = false, first_part_statistics = "
            "false, class_balanced_runs = false");
  EXPECT_EQ(differences(lws), differences(crt) + ", lws_scales_bias = false, lws_decays_scales = false");
  EXPECT_EQ(differences_of("inaturalist18/resnet50_90.toml", inaturalist_hashes(), joint, "table_3"),
            (std::vector<std::string>{differences(joint)}));
  EXPECT_EQ(differences_of("places_lt/resnet152.toml", places_hashes(), joint, "table_4").back(),
            "fidelity is not the authors' code: frozen_statistics_move = false, first_part_statistics = "
            "false");
}

TEST(Fidelity, ConcernsTheCellsThatAPointChanges) {
  const std::string all =
      "joint ncm crt tau_normalized lws finetune_all finetune_all_tenth_lr finetune_last_block "
      "finetune_classifier";
  const std::string training =
      "crt lws finetune_all finetune_all_tenth_lr finetune_last_block finetune_classifier";
  using config::Configuration;
  using config::SamplingKind;
  EXPECT_EQ(concerned_by({}), "");
  EXPECT_EQ(concerned_by([](Configuration& c) { c.fidelity.frozen_statistics_move = false; }),
            "crt lws finetune_last_block finetune_classifier");
  EXPECT_EQ(concerned_by([](Configuration& c) { c.fidelity.first_part_statistics = false; }), all);
  const Change exact = [](Configuration& c) { c.fidelity.class_balanced_runs = false; };
  EXPECT_EQ(concerned_by(exact), training);
  EXPECT_EQ(concerned_by(exact, SamplingKind::square_root), training);
  EXPECT_EQ(concerned_by(exact, SamplingKind::class_balanced), all);
  const Change root = [](Configuration& c) { c.fidelity.square_root_independent = false; };
  EXPECT_EQ(concerned_by(root), "");
  EXPECT_EQ(concerned_by(root, SamplingKind::square_root), all);
  const Change progressive = [](Configuration& c) { c.fidelity.progressive_independent = false; };
  EXPECT_EQ(concerned_by(progressive), "");
  EXPECT_EQ(concerned_by(progressive, SamplingKind::progressively_balanced), all);
  EXPECT_EQ(concerned_by([](Configuration& c) { c.fidelity.lws_scales_bias = false; }), "lws");
  EXPECT_EQ(concerned_by([](Configuration& c) { c.fidelity.lws_decays_scales = false; }), "lws");
  EXPECT_EQ(concerned_by([](Configuration& c) { c.fidelity.schedule_ahead = true; }), all);
  // The name of the mode says nothing that its points do not say.
  EXPECT_EQ(concerned_by([](Configuration& c) { c.fidelity.mode = config::FidelityMode::corrected; }), "");
}

TEST(Fidelity, ConcernsStage2WhereItsSamplingHasAPoint) {
  const Change change = [](config::Configuration& c) {
    c.stage_2.sampling = config::SamplingKind::square_root;
    c.fidelity.square_root_independent = false;
    c.fidelity.class_balanced_runs = false;
  };
  EXPECT_EQ(differences_with(change, config::LearningKind::crt, config::SamplingKind::instance_balanced),
            (std::vector<std::string>{"stage_2.sampling is \"square_root\", published with "
                                      "\"class_balanced\"",
                                      "fidelity.square_root_independent is false, published with true"}));
}

TEST(TheRecipe, ConcernsTheStrategiesThatAKeyChanges) {
  using config::Configuration;
  EXPECT_EQ(concerned_by([](Configuration& c) { c.stage_2.learning_rate = 0.1; }),
            "crt lws finetune_all finetune_all_tenth_lr finetune_last_block finetune_classifier");
  EXPECT_EQ(concerned_by([](Configuration& c) { c.stage_2.ncm.distance = config::NcmDistance::cosine; }),
            "ncm");
  const std::string finetune = "finetune_all finetune_all_tenth_lr finetune_last_block finetune_classifier";
  EXPECT_EQ(concerned_by([](Configuration& c) { c.stage_2.finetune.epochs = 5; }), finetune);
  EXPECT_EQ(concerned_by([](Configuration& c) { c.stage_2.finetune.new_classifier = false; }), finetune);
  EXPECT_EQ(concerned_by([](Configuration& c) { c.stage_2.lws.epochs = 9; }), "lws");
}

TEST(PretrainedWeights, MatchARowThatNamesTheirHash) {
  record::RunRecord run =
      imagenet_run(0, [](config::Configuration& c) { c.model.pretrained = "w.safetensors"; });
  run.data_hashes["model.pretrained"] = "0123";
  const Results results({run});
  const Cell cell = cell_of(results, config::LearningKind::joint);
  PublishedRow row = published_rows().front();
  EXPECT_EQ(mismatch_of(cell, row).clauses().size(), 1U);
  row.pretrained_sha256 = "0123";
  EXPECT_TRUE(mismatch_of(cell, row).empty());
}

TEST(Comparable, APublishedListWithHolesIsNotThePublishedSet) {
  record::RunRecord run = imagenet_run(0);
  run.data_dropped = {{"train", 61'770}, {"test", 1}, {"validation", 0}};
  run.data_lenient = {{"test", 3}};
  const Results results({run});
  EXPECT_EQ(mismatch_of(cell_of(results, config::LearningKind::joint), published_rows().front()).clauses(),
            (std::vector<std::string>{"train list: 61,770 images dropped",
                                      "test list: 1 image dropped, 3 taken although damaged"}));
}

}  // namespace
}  // namespace ltr::report
