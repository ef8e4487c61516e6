// SPDX-License-Identifier: Apache-2.0
#include "grid/run_folder.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "config/toml.hpp"
#include "data/synthesise.hpp"
#include "grid/plausible_node.hpp"
#include "grid/same_run.hpp"
#include "learning/cell.hpp"
#include "learning/node.hpp"
#include "message_of.hpp"
#include "model/safetensors.hpp"
#include "own_folder.hpp"
#include "store/atomic_file.hpp"
#include "store/seal.hpp"

namespace ltr::grid {
namespace {

using testing::HasSubstr;

class RunFolderTest : public test::OwnFolder {
 protected:
  void SetUp() override {
    OwnFolder::SetUp();
    data::SyntheticOptions options;
    options.train_counts = {8, 4};
    options.validation_per_class = 1;
    options.test_per_class = 1;
    options.size = 16;
    options.threads = 1;
    data::synthesise(folder() / "packs", options, log_);
    configuration_.run.output = (folder() / "results/today/run.h5").string();
    configuration_.data.root = (folder() / "packs").string();
    configuration_.data.train = "train.h5";
    configuration_.data.validation = "validation.h5";
    configuration_.data.test = "test.h5";
    configuration_.model.backbone = config::BackboneKind::resnet20;
    configuration_.stage_1.global_batch = 8;
    configuration_.grid.sampling = {config::SamplingKind::instance_balanced};
    inputs_ = open_inputs(configuration_);
    plan_ = config::make_plan(configuration_);
    journal_ = Journal(parts(), plan_);
  }

  const config::PlanNode& node(config::NodeKind kind) const {
    return *std::ranges::find(plan_.nodes, kind, &config::PlanNode::kind);
  }
  std::filesystem::path parts() const { return RunPaths(configuration_).folder; }
  /// As a node leaves things: its record, and of a stage 1 its weights.
  void finish(const config::PlanNode& node) {
    std::filesystem::create_directories(parts());
    record::NodeRecord record = test::plausible_node(node, 2);
    if (node.kind == config::NodeKind::stage_1) {
      const model::NamedTensors weights{{"fc.weight", torch::ones({2, 3})}};
      record.stage_1[0].training.weights_digest = model::weights_digest(weights);
      model::write_safetensors(learning::weights_file(parts(), node.id), weights,
                               {{"weights_digest", record.stage_1[0].training.weights_digest}});
    }
    record::write_node(record, journal_.node_file(node));
  }
  /// A start that ends at once.
  RunFolder begin() { return {configuration_, plan_, journal_, inputs_, start_, log_}; }
  record::RunRecord description() const {
    record::RunRecord run;
    run.configuration = config::to_toml(configuration_);
    run.backbone = config::name_of(configuration_.model.backbone);
    run.data_names = inputs_.names();
    run.class_names = {"a", "b"};
    run.class_counts = {8, 4};
    for (const config::PlanNode& planned : plan_.nodes) run.plan.push_back(planned.id);
    return run;
  }
  std::vector<std::filesystem::path> leave_features() const {
    std::vector<std::filesystem::path> files =
        learning::scratch_files(parts(), node(config::NodeKind::features));
    for (const std::filesystem::path& file : files) std::ofstream(file) << "features";
    return files;
  }

  base::Log log_{base::Log::Voice::silent};
  config::Configuration configuration_;
  Start start_{.processors = {"AVX2 on a processor"}};
  config::Plan plan_;
  Journal journal_{{}, plan_};
  Inputs inputs_;
};

TEST_F(RunFolderTest, LeavesNoFolderWhereTheDiskIsTooSmall) {
  // Networks for more seeds than the file system has room for.
  const std::uintmax_t free = std::filesystem::space(folder()).available;
  configuration_.run.seeds.resize(free / 1'000'000 + 1);
  plan_ = config::make_plan(configuration_);
  EXPECT_THAT(test::message_of<base::SystemError>([&] { begin(); }), HasSubstr("nothing was written"));
  EXPECT_FALSE(std::filesystem::exists(folder() / "results"));
}

TEST_F(RunFolderTest, LeavesTheFoldersOfOthersWhereItCannotBegin) {
  std::filesystem::create_directories(folder() / "results");
  std::ofstream(folder() / "results/other") << "a neighbour's";
  std::ofstream(folder() / "results/today") << "a file where a folder should be";
  EXPECT_THROW(RunFolder(configuration_, plan_, journal_, inputs_, start_, log_), base::ConfigError);
  EXPECT_TRUE(std::filesystem::exists(folder() / "results/other"));
  EXPECT_TRUE(std::filesystem::exists(folder() / "results/today"));
}

TEST_F(RunFolderTest, NamesTheKeysOfAnotherConfiguration) {
  begin();
  configuration_.stage_1.learning_rate *= 2;
  EXPECT_THAT(test::message_of<base::ConfigError>([&] { begin(); }), HasSubstr("stage_1.learning_rate"));
}

TEST_F(RunFolderTest, RefusesToGoOnWhereTheOtherDeviceComputes) {
  begin();
  begin();
  for (const char* copy : {"device.txt", "device.txt.copy"}) {
    store::write_sealed(parts() / copy, std::as_bytes(std::span(std::string_view("GPUs"))));
  }
  EXPECT_THAT(test::message_of<base::ConfigError>([&] { begin(); }),
              HasSubstr("was begun on GPUs, and this start computes on processors"));
}

TEST_F(RunFolderTest, ADamagedNodeIsSetAsideAndComputedAgain) {
  const config::PlanNode& stage_1 = node(config::NodeKind::stage_1);
  finish(stage_1);
  EXPECT_EQ(begin().unfinished().size(), plan_.nodes.size() - 1);
  std::ofstream(journal_.node_file(stage_1)) << "cut off";
  EXPECT_EQ(begin().unfinished().size(), plan_.nodes.size());
  EXPECT_TRUE(std::filesystem::exists(journal_.node_file(stage_1).string() + ".damaged"));
}

TEST_F(RunFolderTest, ANodeThatReadsButCannotBeIsSetAsideToo) {
  const config::PlanNode& stage_1 = node(config::NodeKind::stage_1);
  finish(stage_1);
  record::NodeRecord impossible = test::plausible_node(stage_1, 2);
  impossible.cells[0].test.correct[0] = 7;
  record::write_node(impossible, journal_.node_file(stage_1));
  EXPECT_EQ(begin().unfinished().size(), plan_.nodes.size());
}

TEST_F(RunFolderTest, AStage1WhoseWeightsAreGoneOrChangedIsComputedAgain) {
  const config::PlanNode& stage_1 = node(config::NodeKind::stage_1);
  const std::filesystem::path weights = learning::weights_file(parts(), stage_1.id);
  const std::string sound = (finish(stage_1), store::read_text_file(weights));
  for (const bool gone : {true, false}) {
    finish(stage_1);
    if (gone) {
      std::filesystem::remove(weights);
    } else {
      std::string flipped = sound;
      flipped.back() = static_cast<char>(flipped.back() ^ 1);
      std::ofstream(weights, std::ios::binary) << flipped;
    }
    EXPECT_EQ(begin().unfinished().size(), plan_.nodes.size()) << gone;
  }
}

TEST_F(RunFolderTest, SoundWeightsOfAnotherTrainingAreNotBelieved) {
  const config::PlanNode& stage_1 = node(config::NodeKind::stage_1);
  finish(stage_1);
  model::write_safetensors(learning::weights_file(parts(), stage_1.id), {{"fc.weight", torch::zeros({2, 3})}},
                           {{"weights_digest", "another"}});
  EXPECT_EQ(begin().unfinished().size(), plan_.nodes.size());
}

TEST_F(RunFolderTest, WeightsThatNobodyStandsOnAnyMoreMayGo) {
  for (const config::PlanNode& planned : plan_.nodes) finish(planned);
  std::filesystem::remove(learning::weights_file(parts(), node(config::NodeKind::stage_1).id));
  EXPECT_TRUE(begin().unfinished().empty());
}

TEST_F(RunFolderTest, NothingIsRemovedWhereTheRecordWouldNotBeSound) {
  for (const config::PlanNode& planned : plan_.nodes) finish(planned);
  RunFolder folder_of_run(configuration_, plan_, journal_, inputs_, start_, log_);
  record::RunRecord run = description();
  run.class_counts[0] = -1;
  folder_of_run.collect(run);
  EXPECT_THROW(folder_of_run.write(run), base::DataError);
  EXPECT_FALSE(std::filesystem::exists(configuration_.run.output));  // where it would stop every start
  for (const config::PlanNode& planned : plan_.nodes) {
    EXPECT_TRUE(std::filesystem::exists(journal_.node_file(planned))) << planned.id;
  }
  run = description();
  folder_of_run.collect(run);
  folder_of_run.write(run);
  EXPECT_EQ(record::read_run(configuration_.run.output).cells.size(), plan_.cells.size());
  for (const config::PlanNode& planned : plan_.nodes) {
    EXPECT_FALSE(std::filesystem::exists(journal_.node_file(planned))) << planned.id;
  }
}

TEST_F(RunFolderTest, ADamagedNoteIsTakenFromItsCopyAndMended) {
  (void)begin();
  for (const char* copy : {"configuration.toml", "configuration.toml.copy"}) {
    std::ofstream(parts() / copy, std::ios::app) << "x";
    EXPECT_NO_THROW((void)begin());
    EXPECT_TRUE(store::check_seal(parts() / copy));
  }
  for (const char* copy : {"data_hashes.txt", "data_hashes.txt.copy"}) {
    std::ofstream(parts() / copy, std::ios::app) << "x";
  }
  EXPECT_THROW((void)begin(), base::DataError);
}

TEST_F(RunFolderTest, AnotherKindOfProcessorIsSaidAndRemembered) {
  (void)begin();
  const RunFolder again(configuration_, plan_, journal_, inputs_, {.processors = {"AVX512 on a processor"}},
                        log_);
  EXPECT_THAT(again.processors(), testing::ElementsAre("AVX2 on a processor", "AVX512 on a processor"));
}

TEST_F(RunFolderTest, ARefusedStartLeavesAnotherRunsFolderAlone) {
  const RunFolder running(configuration_, plan_, journal_, inputs_, start_, log_);
  Journal other(parts(), plan_);
  EXPECT_THROW(RunFolder(configuration_, plan_, other, inputs_, start_, log_), base::ConfigError);
  EXPECT_TRUE(std::filesystem::exists(parts() / "lease"));
  EXPECT_TRUE(std::filesystem::exists(parts() / "configuration.toml"));
}

TEST_F(RunFolderTest, NothingMoreIsWrittenOnceTheLeaseIsGone) {
  const RunFolder folder_of_run(configuration_, plan_, journal_, inputs_, start_, log_);
  std::ofstream(parts() / "lease") << "0123456789abcdef deadbeef elsewhere 17 -\n";
  const config::PlanNode& stage_1 = node(config::NodeKind::stage_1);
  EXPECT_THROW((void)journal_.claim(0, "ranks 0 to 0"), base::ConfigError);
  EXPECT_THROW(journal_.finish(stage_1, test::plausible_node(stage_1, 2)), base::ConfigError);
  EXPECT_THROW(journal_.fail(stage_1, "a reason"), base::ConfigError);
  journal_.ask_all_to_stop();
  EXPECT_FALSE(journal_.stop_asked());
  EXPECT_FALSE(std::filesystem::exists(journal_.node_file(stage_1)));
}

TEST_F(RunFolderTest, OutputsThatCannotBeWrittenAreNamedBeforeAnythingStarts) {
  const auto refusal_of = [&](const std::string& output) {
    configuration_.run.output = output;
    return test::message_of<base::ConfigError>([&] { check_output(configuration_, plan_); });
  };
  EXPECT_THAT(refusal_of((folder() / std::string(240, 'x')).string()), HasSubstr("a name of 274 characters"));
  EXPECT_THAT(refusal_of((folder() / "packs").string()), HasSubstr("names a folder"));
  EXPECT_THAT(refusal_of((folder() / "packs/train.h5/run.h5").string()), HasSubstr("is no folder"));
  EXPECT_THAT(refusal_of("/proc/ltr/run.h5"), HasSubstr("cannot be written"));
  EXPECT_EQ(refusal_of((folder() / "new/run.h5").string()), "accepted");
  EXPECT_FALSE(std::filesystem::exists(folder() / "new"));
}

TEST_F(RunFolderTest, KeepsSharedFeaturesUntilTheLastNodeThatNeedsThem) {
  const RunFolder folder_of_run(configuration_, plan_, journal_, inputs_, start_, log_);
  journal_.finish(node(config::NodeKind::stage_1), {});
  const std::vector<std::filesystem::path> files = leave_features();
  journal_.finish(node(config::NodeKind::features), {});
  for (const std::filesystem::path& file : files) EXPECT_TRUE(std::filesystem::exists(file)) << file;
  journal_.finish(node(config::NodeKind::stage_2), {});
  for (const std::filesystem::path& file : files) EXPECT_FALSE(std::filesystem::exists(file)) << file;
}

}  // namespace
}  // namespace ltr::grid
