// SPDX-License-Identifier: Apache-2.0
#include "report/results.hpp"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "message_of.hpp"
#include "own_folder.hpp"
#include "report/plausible_run.hpp"
#include "report/sample_runs.hpp"

namespace ltr::report {
namespace {
namespace fs = std::filesystem;

/// Status and id of every cell.
std::vector<std::string> described(const std::vector<Cell>& cells) {
  std::vector<std::string> words;
  for (const Cell& cell : cells) words.push_back(status_of(cell) + " " + cell.id);
  return words;
}

TEST(Results, ListEveryCellThatIsAskedForOrHeldInTheOrderOfRows) {
  std::vector<record::RunRecord> runs{record::sample_run(1), record::sample_run(0)};
  runs[0].cells[0].error = "lost";
  runs[1].cells.erase(runs[1].cells.begin());
  runs[1].cells.push_back(
      record::sample_cell(0, config::SamplingKind::square_root, config::LearningKind::joint, {1, 1, 1, 1}));
  const Results results(std::move(runs));
  EXPECT_EQ(
      described(results.cells()),
      (std::vector<std::string>{
          "complete seed_0.instance_balanced.joint", "complete seed_1.instance_balanced.joint",
          "missing seed_0.instance_balanced.tau_normalized",
          "failed: lost seed_1.instance_balanced.tau_normalized", "complete seed_0.square_root.joint"}));
}

TEST(ResultSet, HasACellOnceFromTheFirstRecordOfItsGroupThatHoldsIt) {
  std::vector<record::RunRecord> runs(3, record::sample_run(0));
  runs[0].cells.erase(runs[0].cells.begin());
  config::Configuration other = record::sample_configuration(0);
  other.stage_1.learning_rate = 0.1;
  runs[2].configuration = config::to_toml(other);
  const Results results(std::move(runs));
  const auto records_of = [&results](const GroupBy& by) {
    std::vector<std::string> records;
    for (const Cell* cell : result_set(results, results.all_runs(), by).cells) {
      records.push_back(cell->view->name);
    }
    return records;
  };
  EXPECT_EQ(records_of({}), (std::vector<std::string>{"1", "2"}));
  const std::vector<std::string> keys{"stage_1.learning_rate"};
  EXPECT_EQ(records_of({.keys = keys}), (std::vector<std::string>{"1", "3", "2", "3"}));
}

TEST(ResultSet, SortsCompleteCellsByRepresentationAndMethod) {
  const Results results(
      {record::plausible_run({.classes = 10, .seed = 1}), record::plausible_run({.classes = 10, .seed = 0})});
  const auto all = representations_of(result_set(results, results.all_runs(), {}));
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(name_of(all[2].representation), "square_root");
  ASSERT_EQ(all[2].methods.size(), 5U);
  EXPECT_EQ(all[2].methods[1].method.learning, config::LearningKind::ncm);
  ASSERT_EQ(all[2].methods[1].cells.size(), 2U);
  EXPECT_EQ(all[2].methods[1].cells[0]->id, "seed_0.square_root.ncm");
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

class ReadResults : public test::OwnFolder {
 protected:
  static std::string failure_of(const std::vector<std::string>& paths) {
    std::vector<std::string> notes;
    return test::message_of([&] { return read_results(paths, notes); });
  }
};

TEST_F(ReadResults, TakeAFileOnceWhateverPathsLeadToIt) {
  const std::string file = path("a.h5");
  record::write_run(record::plausible_run({}), file);
  fs::create_hard_link(file, path("hard.h5"));
  fs::create_symlink("a.h5", path("soft.h5"));
  fs::copy_file(file, path("copy.h5"));
  const std::string relative = fs::relative(file);
  std::vector<std::string> notes;
  const Results results = read_results(
      std::vector<std::string>{file, relative, path("hard.h5"), path("soft.h5"), path("copy.h5"), file},
      notes);
  ASSERT_EQ(results.runs().size(), 2U);
  EXPECT_EQ(results.runs()[0].name, "1 (" + file + ")");
  EXPECT_EQ(results.runs()[1].name, "2 (" + path("copy.h5").string() + ")");
  ASSERT_EQ(notes.size(), 4U);
  EXPECT_EQ(notes[0], file + " and " + relative + " are the same file, which is read once");
}

TEST_F(ReadResults, RefuseFoldersAndPipesWithoutWaiting) {
  EXPECT_TRUE(has(failure_of({folder()}), " is a folder, and a record is one file"))
      << failure_of({folder()});
  const std::string pipe = path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_TRUE(has(failure_of({pipe}), " is no regular file, and a record is one file"));
  EXPECT_TRUE(has(failure_of({path("absent.h5")}), "absent.h5"));
}

}  // namespace
}  // namespace ltr::report
