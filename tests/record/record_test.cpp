// SPDX-License-Identifier: Apache-2.0
#include "record/record.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "own_folder.hpp"
#include "record/sample_run.hpp"
#include "store/atomic_file.hpp"
#include "store/file.hpp"

namespace ltr::record {
namespace {
namespace fs = std::filesystem;

class Record : public test::OwnFolder {};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string failure_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::DataError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

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
  failed.id = "seed_0.square_root.crt";
  failed.sampling = config::SamplingKind::square_root;
  failed.learning = config::LearningKind::crt;
  failed.error = "the loss is not finite in epoch 3";
  run.cells.push_back(failed);
  write_run(run, path("run.h5"));
  expect_equal(read_run(path("run.h5")).cells, run.cells);
}

TEST_F(Record, NodeReadsBackEqual) {
  const RunRecord run = sample_run();
  const NodeTime time{"seed_0.instance_balanced.stage_1", 4, 2, 1.75e9, 12.5, 0.75};
  write_node({.stage_1 = run.stage_1, .cells = run.cells, .time = time}, path("node.h5"));
  const NodeRecord read = read_node(path("node.h5"));
  for (const NodeTime& found : {read.time, read_node_time(path("node.h5"))}) {
    EXPECT_EQ(found.node, "seed_0.instance_balanced.stage_1");
    EXPECT_EQ(found.first_rank, 4);
    EXPECT_EQ(found.ranks, 2);
    EXPECT_EQ(found.started_at_s, 1.75e9);
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
  std::ifstream a(path("a.h5"), std::ios::binary);
  std::ifstream b(path("b.h5"), std::ios::binary);
  EXPECT_TRUE(std::equal(std::istreambuf_iterator<char>(a), {}, std::istreambuf_iterator<char>(b), {}));
}

TEST_F(Record, AbsentForeignTruncatedAndEmptyFilesAreToldApart) {
  const auto message = [](const fs::path& file) { return failure_of([&] { (void)read_run(file); }); };
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
  const std::string text = failure_of([&] { (void)read_run(path("run.h5")); });
  EXPECT_TRUE(has(text, "run.h5 was written by schema 1; this program reads 4; use the version")) << text;
}

TEST_F(Record, CountsThatContradictEachOtherAreRefused) {
  RunRecord more = sample_run();
  more.cells[1].test.correct[2] = 11;
  write_run(more, path("more.h5"));
  std::string text = failure_of([&] { (void)read_run(path("more.h5")); });
  EXPECT_TRUE(has(text, "has 11 right of 10 images of class 2; the record is damaged")) << text;

  RunRecord other = sample_run();
  other.cells[1].test.correct[0] += 1;
  write_run(other, path("other.h5"));
  text = failure_of([&] { (void)read_run(path("other.h5")); });
  EXPECT_TRUE(has(text, "right of class 0 where its confusion has")) << text;
}

TEST_F(Record, CountsThatDoNotFitTheClassesAreRefused) {
  RunRecord run = sample_run();
  run.cells[1].test = sample_counts({1, 2, 3});
  write_run(run, path("run.h5"));
  const std::string text = failure_of([&] { (void)read_run(path("run.h5")); });
  EXPECT_TRUE(has(text, "cell seed_0.instance_balanced.joint counts 3 classes where the data set has 4"))
      << text;
}

TEST_F(Record, NoFolderIsNamedWithTheRemedy) {
  try {
    write_run(sample_run(), path("none") / "run.h5");
    FAIL() << "nothing was thrown";
  } catch (const base::SystemError& error) {
    EXPECT_TRUE(has(error.what(), "create the folder")) << error.what();
  }
}

TEST(Digests, FollowTheirFormulaOverTextLines) {
  RunRecord run;
  run.plan = {"b", "a"};
  EXPECT_EQ(digests(run).plan, base::sha256_hex("b\na\n"));
  run.stage_1.push_back({"s", 0, config::SamplingKind::square_root, sample_training(1)});
  EXPECT_EQ(digests(run).draws, base::sha256_hex("s draws1\n"));
  EXPECT_EQ(digests(run).weights, base::sha256_hex("s weights1\n"));
  EXPECT_EQ(digests(run).state, base::sha256_hex("s state1\n"));
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
  ++run.cells[0].test.confusion[1];
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
           "schema_version = 4\n",
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
           "\"position\": 0, "
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
           "tau validation = [50.0, 60.0, 55.0]\n",
       }) {
    EXPECT_TRUE(has(text, line)) << "missing: " << line << "\nin:\n" << text;
  }
}

}  // namespace
}  // namespace ltr::record
