// SPDX-License-Identifier: Apache-2.0
#include "render/report.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "message_of.hpp"
#include "render/sample_tables.hpp"

namespace ltr::render {
namespace {
using config::LearningKind;
using config::SamplingKind;

std::string printed(const std::vector<record::RunRecord>& runs, Format format) {
  Request request;
  request.format = format;
  return text_of(runs, request);
}

/// Two seeds of joint, whose accuracies differ by 10 points on many and few.
std::vector<record::RunRecord> two_seeds() {
  std::vector<record::RunRecord> runs{record::sample_run(0), record::sample_run(1)};
  runs[1].cells[1].test = record::sample_counts({10, 8, 5, 2});
  return runs;
}

TEST(TextTable, OneSeedIsTheWholeTableAsPrinted) {
  EXPECT_EQ(printed({record::sample_run()}, Format::text),
            "sample_train, resnet20: top-1 test accuracy in percent, mean ± standard deviation over seeds\n"
            "  many (> 100 training images a class): 2 classes, 601 images\n"
            "  medium (20 to 100 training images a class): 1 class, 20 images\n"
            "  few (< 20 training images a class): 1 class, 19 images\n"
            "  all: over images; balanced: mean over classes; the groups are means over their classes\n"
            "  seeds 0; n is the number of them that are complete\n"
            "\n"
            "                   n  many  medium   few   all  balanced\n"
            "instance_balanced\n"
            "  joint            1  80.0    50.0  10.0  55.0      55.0\n"
            "  tau_normalized   1  70.0    60.0  40.0  60.0      60.0\n"
            "\n"
            "no difference between strategies is judged: three seeds of both are needed\n");
}

TEST(TextTable, SeedsOfSeveralRecordsGiveMeanAndSampleDeviation) {
  const std::string text = printed(two_seeds(), Format::text);
  // many: 80 and 90, so 85 with deviation 10 / sqrt(2); few: 10 and 20; all: 55 and 62.5.
  EXPECT_TRUE(has(text, "joint            2  85.0 ± 7.1  50.0 ± 0.0  15.0 ± 7.1  58.8 ± 5.3")) << text;
  EXPECT_TRUE(has(text, "seeds 0, 1;")) << text;
}

TEST(TextTable, ColumnsStandUnderTheirNames) {
  const std::string text = printed(two_seeds(), Format::text);
  std::vector<std::size_t> ends;
  const std::size_t end = text.rfind("\n\n");
  for (std::size_t start = text.find("\n\n") + 2; start < end; start = text.find('\n', start) + 1) {
    const std::string line = text.substr(start, text.find('\n', start) - start);
    if (line == "instance_balanced") continue;
    ends.push_back(static_cast<std::size_t>(
        std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; })));
  }
  ASSERT_EQ(ends.size(), 3U);
  EXPECT_EQ(ends[0], ends[1]);
  EXPECT_EQ(ends[0], ends[2]);
}

TEST(TextTable, FailedAndMissingCellsAreListedAndLeftOutOfMeans) {
  std::vector<record::RunRecord> runs = two_seeds();
  runs[1].cells[1].error = "the loss is not finite in epoch 3";
  runs[0].cells.erase(runs[0].cells.begin());
  const std::string text = printed(runs, Format::text);
  EXPECT_TRUE(has(text, "failed: seed_1.instance_balanced.joint: the loss is not finite in epoch 3\n"))
      << text;
  EXPECT_TRUE(has(text, "missing: seed_0.instance_balanced.tau_normalized: not computed yet\n")) << text;
  EXPECT_TRUE(has(text, "joint            1  80.0")) << text;
}

TEST(TextTable, StrategiesWithoutACompleteCellShowDashes) {
  record::RunRecord run = record::sample_run();
  run.cells[0].error = "lost";
  EXPECT_TRUE(has(printed({run}, Format::text), "tau_normalized   0     -       -     -     -         -\n"));
}

TEST(TextTable, EmptyGroupsShowDashes) {
  record::RunRecord run = record::sample_run();
  run.shots = {.many_above = 1000, .few_below = 0};
  EXPECT_TRUE(has(printed({run}, Format::text), "joint            1     -    55.0    -  55.0      55.0\n"))
      << printed({run}, Format::text);
}

TEST(TextTable, SaysWhenTestServedAsValidation) {
  record::RunRecord run = record::sample_run();
  EXPECT_FALSE(has(printed({run}, Format::text), "served as validation"));
  run.test_serves_as_validation = true;
  EXPECT_TRUE(has(printed({run}, Format::text), "note: the test set served as validation"));
  EXPECT_TRUE(has(printed({run}, Format::text), "  tau_normalized (tau chosen on test)  1  70.0"))
      << printed({run}, Format::text);
}

TEST(TextTable, BlocksFollowTheOrderOfTheChoices) {
  record::RunRecord run = record::sample_run();
  run.cells.push_back(record::sample_cell(0, SamplingKind::square_root, LearningKind::lws, {1, 1, 1, 1}));
  run.cells.push_back(record::sample_cell(0, SamplingKind::class_balanced, LearningKind::crt, {1, 1, 1, 1}));
  const std::string text = printed({run}, Format::text);
  EXPECT_LT(text.find("\ninstance_balanced\n"), text.find("\nclass_balanced\n"));
  EXPECT_LT(text.find("\nclass_balanced\n"), text.find("\nsquare_root\n"));
}

TEST(TextTable, SaysHowManyClassesOfAGroupHaveTestImages) {
  record::RunRecord run = record::sample_run();
  for (record::CellRecord& cell : run.cells) {
    cell.test.total[0] = 0;
    cell.test.correct[0] = 0;
  }
  const std::string text = printed({run}, Format::text);
  EXPECT_TRUE(has(text, "2 classes, 601 images; 1 with test images\n")) << text;
}

TEST(MarkdownTable, HasOneLineAStrategyWithEscapedNames) {
  const std::string text = printed(two_seeds(), Format::markdown);
  EXPECT_TRUE(has(text,
                  "| sampling | learning | n | many | medium | few | all | balanced |\n"
                  "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
                  "| instance\\_balanced | joint | 2 | 85.0 ± 7.1 | 50.0 ± 0.0 | 15.0 ± 7.1 | "
                  "58.8 ± 5.3 | 58.8 ± 5.3 |\n"))
      << text;
  EXPECT_TRUE(has(text, "- many (\\> 100 training images a class): 2 classes, 601 images\n")) << text;
}

TEST(CsvTable, HasOneRowACellWithNamesAndAllDigits) {
  record::RunRecord run = record::sample_run();
  run.cells[1].test.total = {10, 10, 10, 3};
  run.cells[1].training.best_epoch = -1;
  run.stage_1[0].training.best_epoch = 1;
  EXPECT_EQ(printed({run}, Format::csv),
            "data,backbone,seed,sampling,learning,many,medium,few,all,balanced,top5,ece,best_epoch,tau,tau_"
            "chosen_on,weights_digest,status,remark\n"
            "sample_train,resnet20,0,instance_balanced,joint,80,50,33.333333333333336,66.66666666666667,"
            "60.833333333333336,78.78787878787878,11.25,1,,,weights10,complete,\n"
            "sample_train,resnet20,0,instance_balanced,tau_normalized,70,60,40,60,60,70,11.25,2,0.5,"
            "validation,weights10,"
            "complete,\n");
}

TEST(CsvTable, AStandardReaderGetsTextsBackUnchanged) {
  if (std::system("python3 -c 'import csv' 2>/dev/null") != 0) GTEST_SKIP() << "no python3 on this machine";
  record::RunRecord run = record::sample_run();
  run.data_names["train"] = "a, \"b\"";
  run.cells[0].error = "line one,\nline \"two\"";
  const std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) / ("report_table_" + std::to_string(::getpid()) + ".csv");
  std::ofstream(path) << printed({run}, Format::csv);
  const std::string command =
      "python3 -c \"import csv,sys; rows=list(csv.DictReader(open(sys.argv[1],newline=''))); "
      "print(len(rows), [repr(r['data']) + r['status'] for r in rows])\" " +
      path.string();
  FILE* pipe = ::popen(command.c_str(), "r");
  std::array<char, 1000> buffer{};
  const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe);
  EXPECT_EQ(::pclose(pipe), 0);
  std::filesystem::remove(path);
  EXPECT_EQ(std::string(buffer.data(), size),
            "2 ['\\'a, \"b\"\\'complete', '\\'a, \"b\"\\'failed: line one,\\nline \"two\"']\n");
}

TEST(CsvTable, ListsMissingCellsAndMixesConfigurations) {
  std::vector<record::RunRecord> runs = two_seeds();
  config::Configuration other = record::sample_configuration(1);
  other.stage_1.learning_rate = 0.1;
  runs[1].configuration = config::to_toml(other);
  runs[1].cells.pop_back();
  const std::string text = printed(runs, Format::csv);
  EXPECT_TRUE(has(text, "sample_train,resnet20,1,instance_balanced,joint,,,,,,,,,,,,missing,\n")) << text;
}

TEST(Comparing, IsRefusedWhereNoTableComparesStrategies) {
  Request request = table_request("quality");
  request.tables.emplace_back("shifted");
  request.options.against = LearningKind::joint;
  const std::string why =
      " compares no strategies, so it would change nothing; leave it out, or add --table with one of grid, "
      "figure_1, table_1, table_2, table_3, table_4, cifar_lt";
  const auto failure = [&request] {
    return test::message_of<base::ConfigError>([&] { (void)text_of({record::sample_run()}, request); });
  };
  EXPECT_EQ(failure(), "--against joint: --table quality, shifted" + why);
  request.options = {.difference_of = "few"};
  EXPECT_EQ(failure(), "--differences few: --table quality, shifted" + why);
  request.tables.emplace_back("grid");
  EXPECT_EQ(failure(), "accepted");
  request.tables.clear();
  EXPECT_EQ(failure(), "accepted");
  request.format = Format::csv;
  EXPECT_EQ(failure(), "--differences few: the list of cells" + why);
}

/// A page up to the configurations, which name every key that there is, or any other text.
std::string without_configuration(const std::string& text) {
  return text.substr(0, text.find("<h2 id=\"configurations\">"));
}

/// The digest is of what the program printed before it had the rooms report and render.
TEST(OldRecords, ArePrintedByteForByteAsBefore) {
  std::string text;
  for (const Format format : {Format::text, Format::markdown, Format::latex, Format::html, Format::csv}) {
    for (const char* table : {"grid", "figure_1", "table_2", "quality", "shifted", "classes"}) {
      text += without_configuration(table_of(imagenet_runs(2), table, format));
    }
    text += without_configuration(printed(two_seeds(), format));
  }
  EXPECT_EQ(base::sha256_hex(text), "68f1931034393b95200f6cd64f026edf0ac70aea0c1a91e743b9ea013ce06ad5");
}

}  // namespace
}  // namespace ltr::render
