// SPDX-License-Identifier: Apache-2.0
// Starts of a run on several ranks, whose nodes are there already or that are stopped before the first one.
#include "grid/run.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "data/synthesise.hpp"
#include "grid/plausible_node.hpp"
#include "learning/cell.hpp"
#include "message_of.hpp"
#include "model/safetensors.hpp"
#include "model/state.hpp"
#include "shared_folder.hpp"

namespace ltr::grid {
namespace {

using test::world;
using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;

/// Two classes, and a stage 1 with every strategy on it that a configuration has unasked.
class RunTest : public testing::Test {
 protected:
  void SetUp() override {
    if (world().rank() == 0) {
      data::synthesise(
          folder_ / "packs",
          {.train_counts = {8, 4}, .validation_per_class = 1, .test_per_class = 1, .size = 16, .threads = 1},
          log_);
    }
    world().barrier();
    configuration_.run.output = (folder_ / "run.h5").string();
    configuration_.data.root = (folder_ / "packs").string();
    configuration_.data.train = "train.h5";
    configuration_.data.validation = "validation.h5";
    configuration_.data.test = "test.h5";
    configuration_.model.backbone = config::BackboneKind::resnet20;
    configuration_.stage_1.global_batch = 8;
    configuration_.parallel.ranks_per_cell = 1;
    configuration_.grid.sampling = {config::SamplingKind::instance_balanced};
    inputs_ = open_inputs(configuration_);
    plan_ = config::make_plan(configuration_);
    compute_on("AVX2 on a processor");
  }

  void compute_on(const std::string& instructions) {
    const auto ranks = static_cast<std::size_t>(world().size());
    placement_ = {.ranks = std::vector<RankDescription>(ranks, {.instructions = instructions}), .choice = {}};
  }
  /// gtest's fixtures have a Run of their own.
  [[nodiscard]] grid::Run start(NodeFilter nodes = NodeFilter::unfinished) const {
    return {process_, configuration_, inputs_, placement_, {.nodes = nodes}};
  }
  [[nodiscard]] std::filesystem::path parts() const { return RunPaths(configuration_).folder; }
  [[nodiscard]] Journal journal() const { return {parts(), plan_}; }
  [[nodiscard]] const config::PlanNode& node(config::NodeKind kind) const {
    return *std::ranges::find(plan_.nodes, kind, &config::PlanNode::kind);
  }

  /// Leaves behind what the node could have left.
  void finish(const config::PlanNode& node) const {
    record::NodeRecord record = test::plausible_node(node, 2);
    if (node.kind == config::NodeKind::stage_1) {
      const model::NamedTensors weights{{"fc.weight", torch::ones({2, 3})}};
      std::string& digest = record.stage_1[0].training.weights_digest;
      digest = model::weights_digest(weights);
      model::write_safetensors(learning::weights_file(parts(), node.id), weights,
                               {{"weights_digest", digest}});
    }
    record::write_node(record, journal().node_file(node));
  }
  /// What an earlier start could have left behind: every node finished, but for those of a kind that failed.
  void leave_nodes(std::optional<config::NodeKind> failed = std::nullopt) const {
    if (world().rank() == 0) {
      std::filesystem::create_directories(parts());
      for (const config::PlanNode& planned : plan_.nodes) {
        if (planned.kind == failed) {
          journal().fail(planned, "no memory");
        } else {
          finish(planned);
        }
      }
    }
    world().barrier();
  }

  test::SharedFolder folder_;
  base::Log log_{base::Log::Voice::silent};
  bool stopped_ = false;
  ProcessContext process_{test::session(), log_, [this] { return stopped_; }};
  config::Configuration configuration_;
  config::Plan plan_;
  Inputs inputs_;
  Placement placement_;
};

TEST_F(RunTest, WhoseNodesAreAllThereIsMergedIntoTheRecord) {
  leave_nodes();
  const Outcome outcome = start().compute();
  EXPECT_EQ(outcome.status, base::ExitStatus::done);
  if (world().rank() != 0) {
    EXPECT_EQ(outcome.text, "");
    return;
  }
  EXPECT_THAT(outcome.text, AllOf(HasSubstr("tau_normalized"), HasSubstr("50.0"),
                                  HasSubstr("\nrecord: " + configuration_.run.output + "\n")));
  const record::RunRecord run = record::read_run(configuration_.run.output);
  EXPECT_THAT(run.plan, SizeIs(plan_.nodes.size()));
  EXPECT_THAT(run.cells, SizeIs(configuration_.grid.learning.size()));
  EXPECT_EQ(run.class_counts, (std::vector<std::int64_t>{8, 4}));
  EXPECT_EQ(run.environment.at("vector_instructions"), "AVX2 on a processor");
  EXPECT_EQ(run.environment.at("ranks"), std::to_string(world().size()));
  // The nodes' files have served; the weights are a result.
  for (const config::PlanNode& planned : plan_.nodes) {
    EXPECT_FALSE(std::filesystem::exists(journal().node_file(planned))) << planned.id;
  }
  EXPECT_TRUE(std::filesystem::exists(learning::weights_file(parts(), node(config::NodeKind::stage_1).id)));
}

TEST_F(RunTest, StopsBeforeItsFirstNodeAndIsGoneOnWith) {
  stopped_ = true;
  {
    grid::Run run = start();
    EXPECT_THAT(test::message_of<base::Stopped>([&] { return run.compute(); }),
                HasSubstr("run the same command again to go on"));
  }
  EXPECT_FALSE(std::filesystem::exists(configuration_.run.output));
  stopped_ = false;
  world().barrier();
  leave_nodes();
  compute_on("AVX512 on another");
  EXPECT_EQ(start().compute().status, base::ExitStatus::done);
  if (world().rank() != 0) return;
  EXPECT_EQ(record::read_run(configuration_.run.output).environment.at("vector_instructions"),
            "AVX2 on a processor; AVX512 on another");
}

TEST_F(RunTest, TellsOfCellsThatFailedAndKeepsTheRest) {
  leave_nodes(config::NodeKind::stage_2);
  const Outcome outcome = start().compute();
  EXPECT_EQ(outcome.status, base::ExitStatus::some_cells_failed);
  if (world().rank() != 0) return;
  EXPECT_THAT(outcome.text, HasSubstr("Some cells failed; the same command with --retry-failed"));
  const record::RunRecord run = record::read_run(configuration_.run.output);
  for (const record::CellRecord& cell : run.cells) {
    const bool of_failed = std::ranges::count(node(config::NodeKind::stage_2).learning, cell.learning) > 0;
    EXPECT_EQ(cell.error, of_failed ? "no memory" : "") << config::name_of(cell.learning);
  }
  EXPECT_TRUE(std::filesystem::exists(journal().node_file(node(config::NodeKind::stage_1))));
}

TEST_F(RunTest, RefusesToRetryWhereNothingHasFailed) {
  leave_nodes();
  EXPECT_THAT(test::message_of<base::ConfigError>([&] { return start(NodeFilter::failed); }),
              HasSubstr("--retry-failed: no node of " + configuration_.run.output + " has failed"));
}

TEST_F(RunTest, KeepsItsNodesWhereTheRecordCannotBeWritten) {
  leave_nodes();
  grid::Run run = start();
  if (world().rank() == 0) std::filesystem::create_directories(folder_ / "run.h5/a folder in its place");
  const Outcome outcome = run.compute();
  EXPECT_EQ(outcome.status, base::ExitStatus::some_cells_failed);
  EXPECT_THAT(outcome.text, HasSubstr("The record could not be written: "));
  for (const config::PlanNode& planned : plan_.nodes) {
    EXPECT_TRUE(std::filesystem::exists(journal().node_file(planned))) << planned.id;
  }
}

TEST_F(RunTest, ClaimsItsOutputForAllRanksAsLongAsItLives) {
  {
    const grid::Run first = start();
    world().barrier();
    EXPECT_THAT(test::message_of<base::ConfigError>([&] { return start(); }), HasSubstr("run.output"));
    world().barrier();
  }
  world().barrier();
  EXPECT_EQ(test::message_of([&] { return start(); }), "accepted");
}

}  // namespace
}  // namespace ltr::grid
