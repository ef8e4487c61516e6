// SPDX-License-Identifier: Apache-2.0
#include "grid/workspace.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "data/synthesise.hpp"
#include "learning/strategy.hpp"
#include "own_folder.hpp"

namespace ltr::grid {
namespace {

using testing::HasSubstr;

class WorkspaceTest : public test::OwnFolder {
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
  std::filesystem::path parts() const { return Paths(configuration_).folder; }
  std::vector<std::filesystem::path> leave_features() const {
    std::vector<std::filesystem::path> files =
        learning::scratch_files(parts(), node(config::NodeKind::features));
    for (const std::filesystem::path& file : files) std::ofstream(file) << "features";
    return files;
  }

  base::Log log_{base::Log::Voice::silent};
  config::Configuration configuration_;
  config::Plan plan_;
  Journal journal_{{}, plan_};
  Inputs inputs_;
};

TEST_F(WorkspaceTest, LeavesNoFolderWhereTheDiskIsTooSmall) {
  // Networks for more seeds than the file system has room for.
  const std::uintmax_t free = std::filesystem::space(folder()).available;
  configuration_.run.seeds.resize(free / 1'000'000 + 1);
  plan_ = config::make_plan(configuration_);
  try {
    const Workspace workspace(configuration_, plan_, journal_, inputs_, 1, log_);
    FAIL() << "a run was begun that cannot end";
  } catch (const base::SystemError& error) {
    EXPECT_THAT(error.what(), HasSubstr("nothing was written"));
  }
  EXPECT_FALSE(std::filesystem::exists(folder() / "results"));
}

TEST_F(WorkspaceTest, LeavesTheFoldersOfOthersWhereItCannotBegin) {
  std::filesystem::create_directories(folder() / "results");
  std::ofstream(folder() / "results/other") << "a neighbour's";
  std::ofstream(folder() / "results/today") << "a file where a folder should be";
  EXPECT_THROW(Workspace(configuration_, plan_, journal_, inputs_, 1, log_), base::ConfigError);
  EXPECT_TRUE(std::filesystem::exists(folder() / "results/other"));
  EXPECT_TRUE(std::filesystem::exists(folder() / "results/today"));
}

TEST_F(WorkspaceTest, NamesTheKeysOfAnotherConfiguration) {
  {
    const Workspace begun(configuration_, plan_, journal_, inputs_, 1, log_);
  }
  configuration_.stage_1.learning_rate *= 2;
  try {
    const Workspace workspace(configuration_, plan_, journal_, inputs_, 1, log_);
    FAIL() << "results of two configurations would mix";
  } catch (const base::ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("stage_1.learning_rate"));
  }
}

TEST_F(WorkspaceTest, RefusesToGoOnWhereTheOtherDeviceComputes) {
  {
    const Workspace begun(configuration_, plan_, journal_, inputs_, 1, log_);
  }
  {
    const Workspace again(configuration_, plan_, journal_, inputs_, 1, log_);
  }
  std::ofstream(Paths(configuration_).folder / "device.txt") << "GPUs";
  try {
    const Workspace workspace(configuration_, plan_, journal_, inputs_, 1, log_);
    FAIL() << "bits of two devices would mix";
  } catch (const base::ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("was begun on GPUs, and this start computes on processors"));
  }
}

TEST_F(WorkspaceTest, CountsADamagedNodeAsUnfinished) {
  const config::PlanNode& stage_1 = node(config::NodeKind::stage_1);
  {
    const Workspace workspace(configuration_, plan_, journal_, inputs_, 1, log_);
    journal_.finish(stage_1, {});
    EXPECT_EQ(workspace.unfinished().size(), plan_.nodes.size() - 1);
  }
  std::ofstream(journal_.node_file(stage_1)) << "cut off";
  const Workspace workspace(configuration_, plan_, journal_, inputs_, 1, log_);
  EXPECT_EQ(workspace.unfinished().size(), plan_.nodes.size());
}

TEST_F(WorkspaceTest, KeepsSharedFeaturesUntilTheLastNodeThatNeedsThem) {
  const Workspace workspace(configuration_, plan_, journal_, inputs_, 1, log_);
  journal_.finish(node(config::NodeKind::stage_1), {});
  const std::vector<std::filesystem::path> files = leave_features();
  journal_.finish(node(config::NodeKind::features), {});
  for (const std::filesystem::path& file : files) EXPECT_TRUE(std::filesystem::exists(file)) << file;
  journal_.finish(node(config::NodeKind::stage_2), {});
  for (const std::filesystem::path& file : files) EXPECT_FALSE(std::filesystem::exists(file)) << file;
}

}  // namespace
}  // namespace ltr::grid
