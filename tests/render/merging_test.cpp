// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <gtest/gtest.h>

#include "message_of.hpp"
#include "render/sample_tables.hpp"

namespace ltr::render {
namespace {
using config::Configuration;

std::string printed(const std::vector<record::RunRecord>& runs, std::vector<std::string> by = {}) {
  Request request = table_request("grid");
  request.options.by = std::move(by);
  return text_of(runs, request);
}

/// The sample run of a seed with another learning rate.
record::RunRecord run_at(std::uint64_t seed, double learning_rate) {
  record::RunRecord run = record::sample_run(seed);
  Configuration configuration = record::sample_configuration(seed);
  configuration.stage_1.learning_rate = learning_rate;
  run.configuration = config::to_toml(configuration);
  return run;
}

TEST(Merging, RefusesRecordsOfDifferentMethodsNamingTheKeyAndTheRemedy) {
  record::RunRecord other = run_at(1, 0.1);
  Configuration configuration = record::sample_configuration(1);
  configuration.stage_1.learning_rate = 0.1;
  configuration.loader.threads = 7;
  other.configuration = config::to_toml(configuration);
  EXPECT_EQ(
      test::message_of<base::ConfigError>([&] { (void)printed({record::sample_run(0), other}); }),
      "records 1 and 2 differ in stage_1.learning_rate: 0.2 here, 0.1 there, so a table of both would mix "
      "two methods; report them one by one, or tell them apart with --by KEY");
}

TEST(Merging, ByAKeyMakesRowsOfItsValues) {
  const std::string text =
      printed({run_at(0, 0.2), run_at(1, 0.2), run_at(0, 0.1)}, {"stage_1.learning_rate"});
  const std::size_t first = text.find("stage_1.learning_rate = 0.2, instance_balanced\n");
  const std::size_t second = text.find("stage_1.learning_rate = 0.1, instance_balanced\n");
  ASSERT_NE(first, std::string::npos) << text;
  ASSERT_NE(second, std::string::npos) << text;
  EXPECT_LT(first, second) << text;
  EXPECT_NE(text.find("  joint  ", first), std::string::npos) << text;
  EXPECT_TRUE(has(text.substr(first, second - first), " 2  80.0 ± 0.0")) << text;
  EXPECT_TRUE(has(text.substr(second), " 1        80.0 ")) << text;
}

TEST(Merging, ByOneKeyStillRefusesAnother) {
  record::RunRecord other = run_at(0, 0.1);
  Configuration configuration = record::sample_configuration(0);
  configuration.stage_1.learning_rate = 0.1;
  configuration.stage_1.momentum = 0.5;
  other.configuration = config::to_toml(configuration);
  EXPECT_TRUE(has(test::message_of<base::ConfigError>(
                      [&] { (void)printed({record::sample_run(0), other}, {"stage_1.learning_rate"}); }),
                  "differ in stage_1.momentum: 0.9 here, 0.5 there, so"));
  EXPECT_TRUE(has(printed({record::sample_run(0), other}, {"stage_1.learning_rate", "stage_1.momentum"}),
                  "stage_1.learning_rate = 0.1, stage_1.momentum = 0.5, instance_balanced"));
}

/// The sample run of a seed in a mode of fidelity, but for `change`.
record::RunRecord run_in(config::FidelityMode mode, std::uint64_t seed = 0, const Change& change = {}) {
  record::RunRecord run = record::sample_run(seed);
  Configuration configuration = record::sample_configuration(seed);
  config::follow(mode, configuration);
  if (change) change(configuration);
  run.configuration = config::to_toml(configuration);
  return run;
}

TEST(Merging, ByTheModeOfFidelityTellsAllItsPointsApart) {
  using enum config::FidelityMode;
  const std::vector<record::RunRecord> both{run_in(corrected), run_in(reference), run_in(reference, 1)};
  EXPECT_TRUE(has(test::message_of<base::ConfigError>([&] { (void)printed(both); }),
                  "differ in fidelity.mode: \"corrected\" here, \"reference\" there, so"));
  const std::string text = printed(both, {"fidelity.mode"});
  EXPECT_TRUE(has(text, "fidelity.mode = \"corrected\", instance_balanced\n")) << text;
  EXPECT_TRUE(has(text, "fidelity.mode = \"reference\", instance_balanced\n")) << text;
  // A record that departs from its mode is not what the name of the mode says.
  const auto ahead = [](Configuration& c) { c.fidelity.schedule_ahead = true; };
  EXPECT_TRUE(has(test::message_of<base::ConfigError>([&] {
                    (void)printed({run_in(corrected), run_in(reference, 0, ahead)}, {"fidelity.mode"});
                  }),
                  "fidelity.schedule_ahead: false here, true there"));
}

TEST(Merging, TheNameOfTheModeAloneIsOfNoAccount) {
  const auto renamed = [](Configuration& c) { c.fidelity.mode = config::FidelityMode::reference; };
  const std::string text =
      printed({run_in(config::FidelityMode::corrected), run_in(config::FidelityMode::corrected, 1, renamed)});
  EXPECT_TRUE(has(text, " 2  80.0 ± 0.0")) << text;
}

TEST(Merging, RecordsOfOneValueAreComparedWithEachOtherToo) {
  // The second and third share a learning rate, but not the data.
  std::vector<record::RunRecord> runs{run_at(0, 0.2), run_at(0, 0.1), run_at(1, 0.1)};
  runs[2].data_hashes["test.content"] = "other";
  EXPECT_TRUE(
      has(test::message_of<base::ConfigError>([&] { (void)printed(runs, {"stage_1.learning_rate"}); }),
          "differ in the hash of test.content: cc33 here, other there"));
}

TEST(Merging, ByAKeyOfTheDataTellsDataApart) {
  record::RunRecord other = record::sample_run(0);
  Configuration configuration = record::sample_configuration(0);
  configuration.data.train = "half.h5";
  other.configuration = config::to_toml(configuration);
  other.class_counts = {250, 50, 20, 19};
  other.data_hashes["train.content"] = "other";
  EXPECT_TRUE(has(test::message_of<base::ConfigError>([&] { (void)printed({record::sample_run(0), other}); }),
                  "the class counts"));
  const std::string text = printed({record::sample_run(0), other}, {"data.train"});
  EXPECT_TRUE(has(text, "data.train = \"half.h5\", instance_balanced")) << text;
  // Groups of classes differ, so that no one sentence describes them.
  EXPECT_FALSE(has(text, "training images a class")) << text;
}

TEST(Merging, ByAnUnknownKeyIsRefusedWithTheNearest) {
  const std::string message = test::message_of<base::ConfigError>(
      [] { (void)printed({record::sample_run(0)}, {"stage_1.learning_rat"}); });
  EXPECT_TRUE(has(message, "--by stage_1.learning_rat: the configuration has no such key")) << message;
  EXPECT_TRUE(has(message, "(did you mean stage_1.learning_rate?)")) << message;
}

TEST(Merging, RefusesOtherDataUnderTheSameConfiguration) {
  std::vector<record::RunRecord> runs{record::sample_run(0), record::sample_run(1)};
  runs[1].data_hashes["train.content"] = "other";
  EXPECT_TRUE(has(test::message_of<base::ConfigError>([&] { (void)printed(runs); }),
                  "differ in the hash of train.content: bb22 here, other there"));
}

TEST(Merging, RefusesTheSameCellTwice) {
  std::vector<record::RunRecord> runs{record::sample_run(), record::sample_run()};
  for (record::CellRecord& cell : runs[1].cells) cell.training.weights_digest = "other";
  const std::string message = test::message_of<base::ConfigError>([&] { (void)printed(runs); });
  EXPECT_TRUE(has(message, "cell seed_0.instance_balanced.tau_normalized is in records 1 and 2")) << message;
  EXPECT_TRUE(has(test::message_of<base::ConfigError>([&] { (void)printed(runs, {"stage_1.epochs"}); }),
                  "is in records 1 and 2"));
}

TEST(Merging, ACellIsKnownByItsSeedSamplingAndStrategyWhateverItIsCalled) {
  std::vector<record::RunRecord> runs{record::sample_run(), record::sample_run()};
  for (record::CellRecord& cell : runs[1].cells) cell.id += ".copy";
  EXPECT_EQ(printed(runs), printed({record::sample_run()}));
  // A strategy renamed is a second measurement of the other one's seed.
  runs[1].cells[0].learning = config::LearningKind::joint;
  runs[1].cells.pop_back();
  EXPECT_TRUE(has(test::message_of<base::ConfigError>([&] { (void)printed(runs); }),
                  "is in records 1 and 2, with the same weights but"));
  runs[1].cells[0].training.weights_digest = "other";
  EXPECT_TRUE(has(test::message_of<base::ConfigError>([&] { (void)printed(runs); }),
                  "is in records 1 and 2, not with the same weights"));
}

TEST(Merging, EqualWeightsWithOtherCountsAreRefusedWithBothFiles) {
  std::vector<record::RunRecord> runs{record::sample_run(0), record::sample_run(1), record::sample_run(1)};
  runs[2].cells[1].test = record::sample_counts({10, 7, 5, 1});
  const report::Results results(runs, std::vector<std::string>{"a.h5", "folder/b.h5", "c.h5"});
  EXPECT_EQ(test::message_of<base::ConfigError>([&] { (void)print(results, table_request("grid")); }),
            "cell seed_1.instance_balanced.joint is in records 2 (folder/b.h5) and 3 (c.h5), with the same "
            "weights but other counts of test images, so one of them is not what was measured; leave out the "
            "one that was changed or damaged");
}

TEST(Merging, RecordsOfOneGroupAreComparedWithItsFirst) {
  std::vector<record::RunRecord> runs{record::sample_run(0), record::sample_run(0), record::sample_run(1)};
  for (std::uint64_t i = 1; i < runs.size(); ++i) {
    Configuration configuration = record::sample_configuration(i - 1);
    configuration.data.train = "half.h5";
    runs[i].configuration = config::to_toml(configuration);
  }
  EXPECT_EQ(test::message_of<base::ConfigError>([&] { (void)printed(runs, {"data.train"}); }), "accepted");
  runs[2].class_counts[0] = 501;
  EXPECT_TRUE(has(test::message_of<base::ConfigError>([&] { (void)printed(runs, {"data.train"}); }),
                  "records 2 and 3 differ in the class counts"));
}

TEST(Merging, TheListOfCellsHasACellOfEqualWeightsOnce) {
  const auto list = [](const std::vector<record::RunRecord>& runs) {
    Request request;
    request.format = Format::csv;
    return text_of(runs, request);
  };
  const record::RunRecord run = record::sample_run();
  EXPECT_EQ(list({run, run, run}), list({run}));
  record::RunRecord other = run;
  other.cells[0].training.weights_digest = "other";
  EXPECT_EQ(std::ranges::count(list({run, other}), '\n'), 1 + 3);
  EXPECT_EQ(std::ranges::count(list({run, run_at(0, 0.1)}), '\n'), 1 + 4);
}

TEST(Merging, TheSameCellWithTheSameWeightsCountsOnce) {
  std::vector<record::RunRecord> runs{record::sample_run(0), record::sample_run(1), record::sample_run(0)};
  runs[2].environment["ranks"] = "4";
  const std::string two_seeds = printed({record::sample_run(0), record::sample_run(1)});
  EXPECT_EQ(printed(runs), two_seeds);
  // What one of the records has not computed yet is not missing.
  runs[0].cells.erase(runs[0].cells.begin());
  EXPECT_EQ(printed(runs), two_seeds);
}

TEST(Merging, CellsWithoutWeightsAreNoneOfAnother) {
  std::vector<record::RunRecord> runs{record::sample_run(), record::sample_run()};
  for (record::RunRecord& run : runs) run.cells[1].training.weights_digest.clear();
  EXPECT_TRUE(has(test::message_of<base::ConfigError>([&] { (void)printed(runs); }),
                  "cell seed_0.instance_balanced.joint is in records 1 and 2, not with the same weights"));
  runs = {record::sample_run(), record::sample_run()};
  runs[1].cells[1].error = "lost";
  EXPECT_TRUE(
      has(test::message_of<base::ConfigError>([&] { (void)printed(runs); }), "joint is in records 1 and 2"));
}

TEST(Merging, ByAKeyTheSameCellCountsInEachGroup) {
  record::RunRecord other = record::sample_run(0);
  Configuration configuration = record::sample_configuration(0);
  configuration.loader.threads = 7;
  other.configuration = config::to_toml(configuration);
  const std::string text = printed({record::sample_run(0), other}, {"loader.threads"});
  const std::size_t second = text.find("loader.threads = 7, instance_balanced\n");
  ASSERT_NE(second, std::string::npos) << text;
  EXPECT_TRUE(has(text.substr(0, second), " 1  80.0 ")) << text;
  EXPECT_TRUE(has(text.substr(second), " 1  80.0 ")) << text;
}

TEST(Merging, PartsOfOneGridMakeOne) {
  std::vector<record::RunRecord> runs{record::sample_run(0), record::sample_run(0)};
  Configuration configuration = record::sample_configuration(0);
  configuration.grid.learning = {config::LearningKind::joint};
  runs[0].configuration = config::to_toml(configuration);
  runs[0].cells.erase(runs[0].cells.begin());
  configuration.grid.learning = {config::LearningKind::tau_normalized};
  runs[1].configuration = config::to_toml(configuration);
  runs[1].cells.pop_back();
  EXPECT_EQ(printed(runs), printed({record::sample_run(0)}));
}

TEST(Merging, PublishedValuesStandBesideEveryGroup) {
  std::vector<record::RunRecord> runs{
      imagenet_run(0), imagenet_run(0, [](Configuration& c) { c.stage_1.weight_decay = 1e-4; })};
  Request request = table_request("table_2");
  request.options.by = {"stage_1.weight_decay"};
  const std::string text = text_of(runs, request);
  EXPECT_TRUE(has(text, "stage_1.weight_decay = 0.0005\n")) << text;
  EXPECT_TRUE(has(text, "stage_1.weight_decay = 0.0001\n")) << text;
  const std::size_t first = text.find("             44.4  ");
  ASSERT_NE(first, std::string::npos) << text;
  EXPECT_NE(text.find("             44.4  ", first + 1), std::string::npos) << text;
  EXPECT_TRUE(has(text, "stage_1.weight_decay is 0.0001, published with 0.0005")) << text;
}

}  // namespace
}  // namespace ltr::render
