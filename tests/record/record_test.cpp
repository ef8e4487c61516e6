// SPDX-License-Identifier: Apache-2.0
#include "record/record.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "config/toml.hpp"
#include "message_of.hpp"
#include "own_folder.hpp"
#include "record/check.hpp"
#include "record/sample_run.hpp"
#include "store/atomic_file.hpp"
#include "store/file.hpp"

namespace ltr::record {
namespace {
namespace fs = std::filesystem;

class Record : public test::OwnFolder {};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

void expect_equal(const TrainingRecord& a, const TrainingRecord& b) {
  ASSERT_EQ(a.epochs.size(), b.epochs.size());
  for (std::size_t i = 0; i < a.epochs.size(); ++i) {
    const auto values = [](const EpochRow& row) {
      return std::vector<double>{static_cast<double>(row.epoch),
                                 row.train_loss,
                                 row.learning_rate,
                                 row.validation_top1_percent,
                                 row.images_per_s,
                                 row.step_s,
                                 row.wait_s,
                                 row.read_s,
                                 row.decode_s,
                                 row.resample_s,
                                 row.exchange_s,
                                 row.evaluation_s};
    };
    EXPECT_EQ(values(a.epochs[i]), values(b.epochs[i]));
  }
  EXPECT_EQ(a.best_epoch, b.best_epoch);
  EXPECT_EQ(a.class_weights, b.class_weights);
  EXPECT_EQ(a.draws_made, b.draws_made);
  EXPECT_EQ(a.draws_digest, b.draws_digest);
  EXPECT_EQ(a.weights_digest, b.weights_digest);
  EXPECT_EQ(a.state_digest, b.state_digest);
}

void expect_equal(const metric::Counts& a, const metric::Counts& b) {
  EXPECT_EQ(a.correct, b.correct);
  EXPECT_EQ(a.correct_top5, b.correct_top5);
  EXPECT_EQ(a.total, b.total);
  EXPECT_EQ(a.confusion, b.confusion);
}

void expect_equal(const std::vector<CellRecord>& a, const std::vector<CellRecord>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].id, b[i].id);
    EXPECT_EQ(a[i].seed, b[i].seed);
    EXPECT_EQ(a[i].sampling, b[i].sampling);
    EXPECT_EQ(a[i].loss, b[i].loss);
    EXPECT_EQ(a[i].learning, b[i].learning);
    EXPECT_EQ(a[i].stage_1, b[i].stage_1);
    EXPECT_EQ(a[i].error, b[i].error);
    expect_equal(a[i].training, b[i].training);
    expect_equal(a[i].validation, b[i].validation);
    expect_equal(a[i].test, b[i].test);
    EXPECT_EQ(a[i].weight_norms, b[i].weight_norms);
    EXPECT_EQ(a[i].tau.tau, b[i].tau.tau);
    EXPECT_EQ(a[i].tau.validation_percent, b[i].tau.validation_percent);
    EXPECT_EQ(a[i].tau.test_many_percent, b[i].tau.test_many_percent);
    EXPECT_EQ(a[i].tau.test_medium_percent, b[i].tau.test_medium_percent);
    EXPECT_EQ(a[i].tau.test_few_percent, b[i].tau.test_few_percent);
    EXPECT_EQ(a[i].tau.test_all_percent, b[i].tau.test_all_percent);
    EXPECT_EQ(a[i].tau.chosen, b[i].tau.chosen);
    EXPECT_EQ(a[i].calibration.images, b[i].calibration.images);
    EXPECT_EQ(a[i].calibration.mean_confidence, b[i].calibration.mean_confidence);
    EXPECT_EQ(a[i].calibration.accuracy, b[i].calibration.accuracy);
    EXPECT_EQ(a[i].calibration.expected_calibration_error, b[i].calibration.expected_calibration_error);
  }
}

TEST(OldRecord, OfSchema5IsOfCrossEntropy) {
  const RunRecord run = read_run(LTR_SOURCE_DIR "/tests/record/old/schema_5.h5");
  EXPECT_EQ(run.stage_1.size(), 2U);
  EXPECT_EQ(run.cells.size(), 10U);
  for (const CellRecord& cell : run.cells) EXPECT_EQ(cell.loss, config::LossKind::cross_entropy) << cell.id;
}

TEST_F(Record, RunReadsBackEqualInEveryField) {
  RunRecord run = sample_run(7);
  run.test_serves_as_validation = true;
  write_run(run, path("run.h5"));
  const RunRecord read = read_run(path("run.h5"));
  EXPECT_EQ(read.configuration, run.configuration);
  EXPECT_EQ(read.environment, run.environment);
  EXPECT_EQ(read.backbone, run.backbone);
  EXPECT_EQ(read.data_names, run.data_names);
  EXPECT_EQ(read.data_hashes, run.data_hashes);
  EXPECT_TRUE(read.test_serves_as_validation);
  EXPECT_EQ(read.class_names, run.class_names);
  EXPECT_EQ(read.class_counts, run.class_counts);
  EXPECT_EQ(read.shots.many_above, run.shots.many_above);
  EXPECT_EQ(read.shots.few_below, run.shots.few_below);
  EXPECT_EQ(read.plan, run.plan);
  ASSERT_EQ(read.stage_1.size(), 1U);
  EXPECT_EQ(read.stage_1[0].id, run.stage_1[0].id);
  EXPECT_EQ(read.stage_1[0].seed, 7U);
  expect_equal(read.stage_1[0].training, run.stage_1[0].training);
  expect_equal(read.cells, run.cells);
}

TEST_F(Record, FailedAndEmptyCellsKeepTheirReason) {
  RunRecord run = sample_run();
  CellRecord failed;
  failed.id = run.cells[0].id;
  failed.sampling = run.cells[0].sampling;
  failed.learning = run.cells[0].learning;
  failed.error = "the loss is not finite in epoch 3";
  run.cells[0] = failed;
  write_run(run, path("run.h5"));
  expect_equal(read_run(path("run.h5")).cells, run.cells);
}

TEST_F(Record, NodeReadsBackEqual) {
  const RunRecord run = sample_run();
  const NodeTime time{"seed_0.instance_balanced.stage_1", 4, 2, 1.75e9, 30.5, 12.5, 0.75};
  write_node({.stage_1 = run.stage_1, .cells = run.cells, .time = time}, path("node.h5"));
  const NodeRecord read = read_node(path("node.h5"));
  for (const NodeTime& found : {read.time, read_node_time(path("node.h5"))}) {
    EXPECT_EQ(found.node, "seed_0.instance_balanced.stage_1");
    EXPECT_EQ(found.first_rank, 4);
    EXPECT_EQ(found.ranks, 2);
    EXPECT_EQ(found.started_at_s, 1.75e9);
    EXPECT_EQ(found.after_s, 30.5);
    EXPECT_EQ(found.seconds, 12.5);
    EXPECT_EQ(found.share, 0.75);
  }
  ASSERT_EQ(read.stage_1.size(), 1U);
  expect_equal(read.stage_1[0].training, run.stage_1[0].training);
  expect_equal(read.cells, run.cells);
}

TEST_F(Record, SameRunGivesTheSameFile) {
  write_run(sample_run(), path("a.h5"));
  write_run(sample_run(), path("b.h5"));
  EXPECT_TRUE(store::read_text_file(path("a.h5")) == store::read_text_file(path("b.h5")));
}

TEST_F(Record, AbsentForeignTruncatedAndEmptyFilesAreToldApart) {
  const auto message = [](const fs::path& file) {
    return test::message_of<base::DataError>([&] { (void)read_run(file); });
  };
  EXPECT_TRUE(has(message(path("none.h5")), "does not exist"));
  std::ofstream(path("text.h5")) << "not a record";
  EXPECT_TRUE(has(message(path("text.h5")), "is not an HDF5 file"));

  store::File foreign = store::File::create_in_memory();
  foreign.write("x", std::vector<double>{1});
  store::write_atomically(path("foreign.h5"), foreign.image());
  const std::string text = message(path("foreign.h5"));
  EXPECT_TRUE(has(text, "foreign.h5 is an HDF5 file but no record of a run")) << text;

  write_run(sample_run(), path("run.h5"));
  fs::resize_file(path("run.h5"), fs::file_size(path("run.h5")) / 2);
  EXPECT_TRUE(has(message(path("run.h5")), "run.h5 is truncated"));

  write_node({}, path("node.h5"));
  EXPECT_TRUE(has(message(path("node.h5")), "is the record of a node, not of a run"));
}

TEST_F(Record, AnotherSchemaVersionSaysWhatToDo) {
  store::File file = store::File::create_in_memory();
  file.set_attribute("schema_version", std::int32_t{1});
  file.set_attribute("record_of", "run");
  store::write_atomically(path("run.h5"), file.image());
  const std::string text = test::message_of<base::DataError>([&] { (void)read_run(path("run.h5")); });
  EXPECT_TRUE(has(text, "run.h5 was written by schema 1; this program reads 5 to 6; use the version"))
      << text;
}

TEST_F(Record, WhatWasChangedByAnotherProgramIsRefused) {
  write_run(sample_run(), path("run.h5"));
  const store::File file = store::File::open(path("run.h5"));
  const std::vector<store::Extent> extents = file.extents();
  const std::string bytes = store::read_text_file(path("run.h5"));
  for (const store::Extent& extent : extents) {
    std::string flipped = bytes;
    flipped[extent.offset] = static_cast<char>(flipped[extent.offset] ^ 1);
    std::ofstream(path("flipped.h5"), std::ios::binary) << flipped;
    const std::string text = test::message_of<base::DataError>([&] { (void)read_run(path("flipped.h5")); });
    EXPECT_TRUE(has(text, "flipped.h5 is damaged: " + extent.data_set + " is not as it was written")) << text;
  }
  std::ofstream(path("cut.h5"), std::ios::binary) << bytes.substr(0, bytes.size() - 1);
  EXPECT_TRUE(has(test::message_of<base::DataError>([&] { (void)read_run(path("cut.h5")); }),
                  "cut.h5 has no seal at its end"));
}

/// What read_run says to `run`.
std::string verdict_on(const RunRecord& run, const fs::path& file) {
  write_run(run, file);
  return test::message_of<base::DataError>([&] { (void)read_run(file); });
}

TEST_F(Record, WhatCannotBeIsRefusedByTheNameOfItsDataSet) {
  struct Case {
    const char* place;
    const char* why;
    std::function<void(RunRecord&)> spoil;
  };
  const std::string first = "/cells/seed_0.instance_balanced.tau_normalized";
  const auto cell = [](RunRecord& run) -> CellRecord& { return run.cells[0]; };
  const std::vector<Case> cases{
      {"/test/correct", "has 11 of the 10 images of class 2", [&](auto& r) { cell(r).test.correct[2] = 11; }},
      {"/test/total", "above 1099511627776", [&](auto& r) { cell(r).test.total[0] = std::int64_t{1} << 62; }},
      {"/test/correct", "holds -1 at 0, below 0", [&](auto& r) { cell(r).test.correct[0] = -1; }},
      {"/test/correct_top5", "has 12 of the 10 images", [&](auto& r) { cell(r).test.correct_top5[1] = 12; }},
      {"/test/correct", "within the first five", [&](auto& r) { cell(r).test.correct_top5[0] = 1; }},
      {"/test/confusion", "where correct has", [&](auto& r) { ++cell(r).test.confusion[0]; }},
      {"/test/confusion", "where total has", [&](auto& r) { ++cell(r).test.confusion[1]; }},
      {"/test/confusion", "15 values where there are 16",
       [&](auto& r) { cell(r).test.confusion.pop_back(); }},
      {"/test/total", "3 values where there are 4",
       [&](auto& r) { cell(r).test = sample_counts({1, 2, 3}); }},
      {"/validation/total", "counts no image",
       [&](auto& r) {
         for (auto* counts :
              {&cell(r).validation.total, &cell(r).validation.correct, &cell(r).validation.correct_top5})
           counts->assign(4, 0);
       }},
      {"", "says it is of seed 3", [&](auto& r) { cell(r).seed = 3; }},
      {"", "and joint", [&](auto& r) { cell(r).learning = config::LearningKind::joint; }},
      {"/weight_norms", "holds -1", [&](auto& r) { cell(r).weight_norms[1] = -1; }},
      {"/weight_norms", "3 values", [&](auto& r) { cell(r).weight_norms.pop_back(); }},
      {"/tau/chosen", "is no tau of the sweep", [&](auto& r) { cell(r).tau.chosen = 0.7; }},
      {"/tau/test_all_percent", "the cell's accuracy is",
       [&](auto& r) { cell(r).tau.test_all_percent[1] = 5; }},
      {"/tau/test_few_percent", "outside 0 to 100", [&](auto& r) { cell(r).tau.test_few_percent[0] = 101; }},
      {"/calibration/images", "the test images are", [&](auto& r) { cell(r).calibration.images[0] = 4; }},
      {"/calibration/accuracy", "the right images are",
       [&](auto& r) { cell(r).calibration.accuracy[2] = 0; }},
      {"/epochs/epoch", "has 5 in place 1", [&](auto& r) { cell(r).training.epochs[1].epoch = 5; }},
      {"/epochs/train_loss", "holds nan", [&](auto& r) { cell(r).training.epochs[1].train_loss = NAN; }},
      {"/best_epoch", "is 3 of 3 epochs", [&](auto& r) { cell(r).training.best_epoch = 3; }},
      {"/draws_made", "holds -1", [&](auto& r) { cell(r).training.draws_made[0] = -1; }},
      {"/class_weights", "outside 0 to 1", [&](auto& r) { cell(r).training.class_weights[0] = 2; }},
  };
  for (const Case& tried : cases) {
    RunRecord run = sample_run();
    tried.spoil(run);
    const std::string text = verdict_on(run, path("run.h5"));
    EXPECT_TRUE(has(text, "run.h5:" + first + tried.place + " ")) << text;
    EXPECT_TRUE(has(text, tried.why)) << text;
  }
}

TEST_F(Record, WhatContradictsTheRestOfTheRunIsRefused) {
  struct Case {
    const char* place;
    std::function<void(RunRecord&)> spoil;
  };
  const std::vector<Case> cases{
      {"/data/class_counts holds 0 at 3, below 1", [](auto& r) { r.class_counts[3] = 0; }},
      {"/data/class_counts holds -2 at 1", [](auto& r) { r.class_counts[1] = -2; }},
      {"/data/class_counts counts no class", [](auto& r) { r.class_counts.clear(); }},
      {"/data/class_names has 3 values where there are 4", [](auto& r) { r.class_names.pop_back(); }},
      {"/data/few_below is 102 where many_above is 100", [](auto& r) { r.shots.few_below = 102; }},
      {"/backbone is 'resnet32' where the configuration has resnet20",
       [](auto& r) { r.backbone = "resnet32"; }},
      {"/configuration is none", [](auto& r) { r.configuration = "format = 9"; }},
      {"/plan is not that of the configuration", [](auto& r) { r.plan.pop_back(); }},
      {"/cells has 1 of 2 cells", [](auto& r) { r.cells.pop_back(); }},
      {"/cells/other is no cell of the configuration", [](auto& r) { r.cells[0].id = "other"; }},
      {"/cells/seed_0.instance_balanced.joint/validation/total counts other images",
       [](auto& r) {
         ++r.cells[1].validation.total[0];
         r.cells[1].validation.confusion.clear();
       }},
      {"/stage_1/other is no stage 1 of the plan", [](auto& r) { r.stage_1[0].id = "other"; }},
      {"/schedule/node names other",
       [](auto& r) { r.schedule.nodes.push_back({.node = "other", .ranks = 1}); }},
      {"/schedule/makespan_s holds -5", [](auto& r) { r.schedule.makespan_s = -5; }},
  };
  for (const Case& tried : cases) {
    RunRecord run = sample_run();
    tried.spoil(run);
    const std::string text = verdict_on(run, path("run.h5"));
    EXPECT_TRUE(has(text, "run.h5:" + std::string(tried.place))) << text;
  }
}

TEST_F(Record, ANodeIsHeldToItsPlaceInThePlan) {
  const RunRecord run = sample_run();
  const config::Plan plan = config::make_plan(sample_configuration(0));
  NodeRecord features{.stage_1 = {}, .cells = {run.cells[0]}, .time = {.node = plan.nodes[1].id, .ranks = 1}};
  EXPECT_NO_THROW(check_node(features, plan.nodes[1], 4, "node.h5"));
  EXPECT_THROW(check_node(features, plan.nodes[0], 4, "node.h5"), base::DataError);
  EXPECT_THROW(check_node(features, plan.nodes[1], 5, "node.h5"), base::DataError);
  features.cells[0].learning = config::LearningKind::ncm;
  EXPECT_THROW(check_node(features, plan.nodes[1], 4, "node.h5"), base::DataError);
  features.cells.clear();
  EXPECT_THROW(check_node(features, plan.nodes[1], 4, "node.h5"), base::DataError);
}

TEST_F(Record, NoFolderIsNamedWithTheRemedy) {
  const std::string message =
      test::message_of<base::SystemError>([&] { write_run(sample_run(), path("none") / "run.h5"); });
  EXPECT_TRUE(has(message, "create the folder")) << message;
}

TEST(Digests, FollowTheirFormulaOverTextLines) {
  RunRecord run = sample_run();
  run.plan = {"b", "a"};
  run.stage_1 = {{"s", 0, config::SamplingKind::square_root, {}, sample_training(1)}};
  run.cells.clear();
  const Digests found = digests(run);
  EXPECT_EQ(found.plan, base::sha256_hex("b\na\n"));
  EXPECT_EQ(found.draws, base::sha256_hex("s draws1\n40 20 10 10 \n0.5 0.25 0.125 0.125 \n"));
  EXPECT_EQ(found.weights, base::sha256_hex("s weights1\n"));
  EXPECT_EQ(found.state, base::sha256_hex("s state1\n"));
  EXPECT_EQ(found.results, base::sha256_hex("s\n0 1.1 1.2 1.3 \n1 2.1 2.2 2.3 \n2 3.1 3.2 3.3 \n2\n"));
}

TEST(Digests, CoverEveryNumberThatATableShows) {
  const std::string before = digests(sample_run()).results;
  const std::vector<std::function<void(CellRecord&)>> changes{
      [](CellRecord& c) { c.weight_norms[0] += 1; },
      [](CellRecord& c) { c.tau.chosen = 1; },
      [](CellRecord& c) { c.tau.test_few_percent[0] += 1; },
      [](CellRecord& c) { c.calibration.accuracy[0] += 0.1; },
      [](CellRecord& c) { c.calibration.expected_calibration_error += 0.1; },
      [](CellRecord& c) { c.training.epochs[0].train_loss += 1; },
      [](CellRecord& c) { c.training.best_epoch = 1; }};
  for (const auto& change : changes) {
    RunRecord run = sample_run();
    change(run.cells[0]);
    EXPECT_NE(digests(run).results, before);
  }
  RunRecord slower = sample_run();
  slower.cells[0].training.epochs[0].step_s += 1;
  slower.schedule.makespan_s = 100;
  EXPECT_EQ(digests(slower).results, before);
}

TEST(Digests, SettingsAreTheKeysThatChangeResultsAndTheData) {
  const std::string before = digests(sample_run()).settings;
  const auto settings_with = [](const auto& change) {
    RunRecord run = sample_run();
    config::Configuration configuration = sample_configuration(0);
    change(run, configuration);
    run.configuration = config::to_toml(configuration);
    return digests(run).settings;
  };
  EXPECT_EQ(settings_with([](auto&, auto& c) { c.loader.threads += 1; }), before);
  EXPECT_EQ(settings_with([](auto&, auto& c) { c.run.output = "elsewhere.h5"; }), before);
  EXPECT_NE(settings_with([](auto&, auto& c) { c.stage_1.learning_rate = 1; }), before);
  EXPECT_NE(settings_with([](auto& r, auto&) { r.class_names[0] = "moth"; }), before);
  EXPECT_NE(settings_with([](auto& r, auto&) { r.data_hashes["train.content"] = "other"; }), before);
}

TEST(Digests, DoNotDependOnTheOrderOfFinishing) {
  const RunRecord run = sample_run();
  RunRecord other = run;
  std::swap(other.cells[0], other.cells[1]);
  EXPECT_EQ(digests(run).draws, digests(other).draws);
  EXPECT_EQ(digests(run).weights, digests(other).weights);
  EXPECT_EQ(digests(run).counts, digests(other).counts);
}

TEST(Digests, ChangeWithTheirOwnPartAlone) {
  const Digests before = digests(sample_run());
  RunRecord run = sample_run();
  run.cells[0].training.weights_digest = "other";
  EXPECT_NE(digests(run).weights, before.weights);
  run = sample_run();
  run.cells[0].training.state_digest = "other";
  EXPECT_NE(digests(run).state, before.state);
  EXPECT_EQ(digests(run).weights, before.weights);
  EXPECT_EQ(digests(run).counts, before.counts);
  EXPECT_EQ(digests(run).draws, before.draws);
  run = sample_run();
  ++run.cells[0].test.correct[1];
  EXPECT_NE(digests(run).counts, before.counts);
  EXPECT_EQ(digests(run).weights, before.weights);
  run = sample_run();
  run.stage_1[0].training.draws_digest = "other";
  EXPECT_NE(digests(run).draws, before.draws);
  EXPECT_EQ(digests(run).plan, before.plan);
  run.plan.pop_back();
  EXPECT_NE(digests(run).plan, before.plan);
}

/// Standard output of a command, or nothing if it failed.
std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = ::popen((command + " 2>/dev/null").c_str(), "r");
  std::array<char, 4096> buffer{};
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe))
    text.append(buffer.data(), size);
  return ::pclose(pipe) == 0 ? text : "";
}

/// A Python that has h5py: that of the developer's tools, or the system's.
std::string python_with_h5py() {
  for (const std::string& python : {std::string("/usr/bin/python3"), std::string("python3")}) {
    if (!output_of(python + " -c 'import h5py; print(1)'").empty()) return python;
  }
  return "";
}

TEST_F(Record, H5pyReadsItWithoutThisSuite) {
  const std::string python = python_with_h5py();
  if (python.empty())
    GTEST_SKIP() << "no Python with h5py (looked at /usr/bin/python3 and the path's python3)";
  write_run(sample_run(), path("run.h5"));
  const std::string text =
      output_of(python + " " LTR_SOURCE_DIR "/tests/record/read_record.py " + path("run.h5").string());
  for (const std::string_view line : {
           "schema_version = 6\n",
           "backbone = \"resnet20\"\n",
           "configuration = \"format = 1\\n\\n[run]\\noutput = \\\"results/sample.h5\\\"\\n",
           "plan = [\"seed_0.instance_balanced.stage_1\", \"seed_0.instance_balanced.features\"]\n",
           "environment = {\"git\": \"0123abcd\", \"hosts\": \"node-1,node-2\", \"torch\": \"2.11.0\"}\n",
           "hashes = {\"test.content\": \"cc33\", \"train.content\": \"bb22\", \"train.list\": \"aa11\"}\n",
           "names = {\"test\": \"sample_test\", \"train\": \"sample_train\"}\n",
           "class_names = [\"ant\", \"bee, \\\"wild\\\"\", \"Käfer\", \"newt\"]\n",
           "class_counts = [500, 101, 20, 19]\n",
           "class_counts type = \"int64\"\n",
           "many_above = 100\n",
           "seed_0.instance_balanced.stage_1 = {\"best_epoch\": 2, \"draws_digest\": \"draws0\", "
           "\"loss\": \"cross_entropy\", \"position\": 0, "
           "\"sampling\": \"instance_balanced\", \"seed\": 0, \"state_digest\": "
           "\"state0\", \"weights_digest\": \"weights0\"}\n",
           "\"epoch\": [0, 1, 2]",
           "\"train_loss\": [0.1, 1.1, 2.1]",
           "draws_made = [40, 20, 10, 10]\n",
           "\"learning\": \"tau_normalized\"",
           "confusion = [[9, 1, 0, 0], [0, 7, 3, 0], [0, 0, 5, 5], [9, 0, 0, 1]]\n",
           "confusion type = \"int64\"\n",
           "weight_norms = [1.5, 1.25, 1.0, 0.75]\n",
           "ece = 0.1125\n",
           "tau chosen = 0.5\n",
           "tau validation = [50.0, 75.0, 55.0]\n",
       }) {
    EXPECT_TRUE(has(text, line)) << "missing: " << line << "\nin:\n" << text;
  }
}

}  // namespace
}  // namespace ltr::record
