// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <sstream>

#include <gtest/gtest.h>

#include "message_of.hpp"
#include "render/csv.hpp"
#include "render/sample_tables.hpp"

namespace ltr::render {
namespace {
using report::csv_fields;

/// A record whose names hold every character that some format gives a meaning to.
record::RunRecord awkward_run() {
  record::RunRecord run = record::sample_run();
  run.data_names["train"] = "a&b_c%d$e#f{g}h~i^j\\k<l>m|n*o`p[q]\"r\"";
  run.class_names[0] = "x|y & z, \"w\"";
  return run;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(Latex, EscapesEveryCharacterWithAMeaning) {
  const std::string text = table_of({awkward_run()}, "grid", Format::latex);
  EXPECT_TRUE(has(
      text,
      "\\caption{a\\&b\\_c\\%d\\$e\\#f\\{g\\}h\\textasciitilde{}i\\textasciicircum{}j\\textbackslash{}k$<$l"
      "$>$m$|$n*o`p[q]''r'', resnet20: top-1"))
      << text;
}

TEST(Latex, IsATableWithTheThreeRulesAndAsManyCellsInEveryLine) {
  const std::string text = table_of(imagenet_runs(3), "figure_1", Format::latex);
  const auto cells = [](const std::string& line) { return std::ranges::count(line, '&') + 1; };
  std::int64_t columns = 0;
  std::int64_t rows = 0;
  for (const std::string& line : lines_of(text)) {
    if (line.starts_with("\\begin{tabular}{"))
      columns = std::ranges::count_if(line.substr(16), [](char c) { return c == 'l' || c == 'r'; });
    if (!line.ends_with("\\\\") || line.starts_with("\\multicolumn{")) continue;
    ++rows;
    EXPECT_EQ(cells(line), columns) << line;
  }
  // Seventeen strategies of ours and the paper, as many published, two verdicts, two heads, one difference.
  EXPECT_EQ(rows, 17 + 17 + 2 + 2 + 1) << text;
  for (const char* rule : {"\\toprule\n", "\\midrule\n", "\\bottomrule\n"})
    EXPECT_TRUE(has(text, rule)) << rule;
  EXPECT_TRUE(has(text, "{}\\quad joint & 3 & 80.0 $\\pm$ 0.0 & ")) << text;
  EXPECT_TRUE(has(text, "{}\\quad \\quad printed [1] &  & 65.9 & 37.5 & 7.7 & 44.4 \\\\\n")) << text;
  EXPECT_TRUE(has(text, "\\multicolumn{6}{l}{class\\_balanced} \\\\\n")) << text;
  EXPECT_EQ(std::ranges::count(text, '{'), std::ranges::count(text, '}'));
  EXPECT_TRUE(text.starts_with("\\begin{table}\n") && text.ends_with("\\end{table}\n"));
}

TEST(Markdown, EscapesEveryCharacterWithAMeaning) {
  const std::string text = table_of({awkward_run()}, "grid", Format::markdown);
  EXPECT_TRUE(has(text, "**a\\&b\\_c%d$e\\#f{g}h\\~i^j\\\\k\\<l\\>m\\|n\\*o\\`p\\[q\\]\"r\", resnet20:"))
      << text;
}

TEST(Markdown, HasAsManyCellsInEveryLineOfATable) {
  const std::string text = table_of({awkward_run()}, "classes", Format::markdown);
  std::int64_t rows = 0;
  for (const std::string& line : lines_of(text)) {
    if (!line.starts_with("|")) continue;
    ++rows;
    std::int64_t bars = 0;
    for (std::size_t i = 0; i < line.size(); ++i) bars += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
    EXPECT_EQ(bars, 5) << line;
  }
  EXPECT_EQ(rows, 2 + 4) << text;
}

TEST(Markdown, HasPublishedValuesAndVerdictsInLinesOfTheirOwn) {
  const std::string text = table_of(imagenet_runs(3), "figure_1", Format::markdown);
  EXPECT_TRUE(
      has(text,
          "| sampling | learning | of | n | many | medium | few | all |\n"
          "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |\n"
          "| instance\\_balanced | joint | ours | 3 | 80.0 ± 0.0 | 50.0 ± 0.0 | 10.0 ± 0.0 | 55.0 ± 0.0 |\n"
          "| instance\\_balanced | joint | printed \\[1\\] |  | 65.9 | 37.5 | 7.7 | 44.4 |\n"
          "| instance\\_balanced | joint | verdict |  | outside | outside | outside | outside |\n"))
      << text;
}

TEST(CsvOfATable, HasOneLineAPublishedValueAndOneWhereThereIsNone) {
  std::vector<record::RunRecord> runs = imagenet_runs(3);
  set_joint(runs[0], {9, 7, 5, 3});
  const std::string text = table_of(runs, "table_2", Format::csv);
  const std::vector<std::string> lines = lines_of(text);
  ASSERT_GT(lines.size(), 3U);
  EXPECT_EQ(lines[0], "table,learning,column,mean,deviation,n,published,status,source,verdict,remark");
  EXPECT_EQ(lines[1], "table_2,joint,resnet10,,,0,34.8,printed,\"Kang et al. 2020, table_2\",,");
  const std::vector<std::string> ours = csv_fields(lines[2]);
  ASSERT_EQ(ours.size(), 11U);
  EXPECT_NEAR(std::stod(ours[3]), (60.0 + 55 + 55) / 3, 1e-12);
  EXPECT_NEAR(std::stod(ours[4]), 5 / std::sqrt(3.0), 1e-12);
  EXPECT_EQ(std::vector(ours.begin() + 5, ours.end()),
            (std::vector<std::string>{"3", "44.4", "printed", "Kang et al. 2020, table_2", "outside", ""}));
  EXPECT_TRUE(has(text, "table_2,oltr,resnext152_32x4d,,,0,,,,,\n")) << text;
}

TEST(CsvOfATable, ThenHasTheDifferencesBelowNamesOfTheirOwn) {
  const std::string text = table_of(imagenet_runs(3), "figure_1", Format::csv);
  const std::string head =
      "\n\ntable,sampling,strategies,n,mean,t_low,t_high,p_holm,test_set_low,test_set_high,shown,remark\n";
  const std::size_t at = text.find(head);
  ASSERT_NE(at, std::string::npos) << text;
  const std::vector<std::string> lines = lines_of(text.substr(at + head.size()));
  ASSERT_EQ(lines.size(), 1U);
  const std::vector<std::string> fields = csv_fields(lines[0]);
  ASSERT_EQ(fields.size(), 12U);
  EXPECT_EQ(std::vector(fields.begin(), fields.begin() + 8),
            (std::vector<std::string>{"figure_1", "instance_balanced", "tau_normalized - joint", "3", "5",
                                      "5", "5", "0"}));
  EXPECT_EQ(fields[10], "yes");
}

TEST(CsvOfATable, QuotesNames) {
  const std::string text = table_of({awkward_run()}, "classes", Format::csv);
  EXPECT_TRUE(
      has(text, "classes,\"0 x|y & z, \"\"w\"\", 500 training images\",\"instance_balanced, joint\",90,,1,"))
      << text;
}

TEST(CsvFields, WhatASpreadsheetWouldComputeIsMadeText) {
  const auto shown = [](const std::string& field) {
    std::string line = csv_line(std::vector<std::string>{field});
    line.pop_back();
    return line;
  };
  EXPECT_EQ(shown("=1+1"), "'=1+1");
  EXPECT_EQ(shown("=HYPERLINK(\"x\",\"y\")"), "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
  EXPECT_EQ(shown("+1+1"), "'+1+1");
  EXPECT_EQ(shown("-1+1"), "'-1+1");
  EXPECT_EQ(shown("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(shown("\t=1"), "'\t=1");
  EXPECT_EQ(shown("\r=1"), "\"'\r=1\"");
  for (const char* plain : {"-0.5", "-1e-05", "-3", "a=1", "0.5", "", "crt - joint"})
    EXPECT_EQ(shown(plain), plain);
}

TEST(CsvOfATable, NamesAreNoFormulas) {
  record::RunRecord run = record::sample_run();
  run.data_names["train"] = "=cmd|' /C calc'!A0";
  run.cells[0].error = "lost";
  Request list;
  list.format = Format::csv;
  const std::string text = text_of({run}, list);
  EXPECT_TRUE(has(text, "\n'=cmd|' /C calc'!A0,resnet20,")) << text;
}

TEST(EveryFormat, HasNoMinusZero) {
  // crt - joint is a little below zero.
  std::vector<record::RunRecord> runs = imagenet_runs(3);
  for (record::RunRecord& run : runs) {
    for (record::CellRecord& cell : run.cells) {
      cell.test.total = {10'000, 10'000, 10'000, 10'000};
      cell.test.correct = {5'000, 5'000, 5'000, cell.learning == config::LearningKind::joint ? 5'000 : 4'999};
      cell.test.correct_top5 = cell.test.correct;
      cell.test.confusion.clear();
    }
  }
  for (const Format format : {Format::text, Format::markdown, Format::latex, Format::html}) {
    const std::string text = table_of(runs, "grid", format);
    EXPECT_TRUE(has(text, "+0.0")) << text;
    EXPECT_FALSE(has(text, "-0.0 ") || has(text, "-0.0<") || has(text, "-0.0\n")) << text;
  }
}

TEST(Text, WideCharactersTakeTwoColumns) {
  record::RunRecord run = record::sample_run();
  run.class_names = {"甲虫", "ab", "c", "d"};
  const std::string text = table_of({run}, "classes");
  EXPECT_TRUE(has(text, "0 甲虫, 500 training images  1 ")) << text;
  EXPECT_TRUE(has(text, "1 ab, 101 training images    1 ")) << text;
}

TEST(LongLists, AreCutAndSayByHowMuch) {
  record::RunRecord run = record::sample_run();
  config::Configuration configuration = record::sample_configuration(0);
  configuration.run.seeds.clear();
  for (std::uint64_t seed = 0; seed < 500; ++seed) configuration.run.seeds.push_back(seed);
  run.configuration = config::to_toml(configuration);
  const std::string text = table_of({run}, "grid");
  EXPECT_TRUE(has(text, ", 29, and 470 more; n is the number")) << text;
  EXPECT_TRUE(has(text, "and 898 more cells failed or missing\n")) << text;
  EXPECT_LT(std::ranges::count(text, '\n'), 130) << text;
}

TEST(ClassesTable, RefusesRecordsOfOtherClasses) {
  std::vector<record::RunRecord> runs{record::sample_run(0), record::sample_run(0)};
  config::Configuration configuration = record::sample_configuration(0);
  configuration.data.train = "other.h5";
  runs[1].configuration = config::to_toml(configuration);
  runs[1].class_names.pop_back();
  runs[1].class_counts.pop_back();
  for (record::CellRecord& cell : runs[1].cells) cell.test = record::sample_counts({9, 8, 7});
  Request request = table_request("classes");
  request.options.by = {"data.train"};
  EXPECT_TRUE(has(test::message_of<base::ConfigError>([&] { (void)text_of(runs, request); }),
                  "--table classes: records 1 and 2 are of other classes, which have no rows in common"));
}

TEST(QualityTable, HasTopFiveBalancedErrorAndCalibrationError) {
  record::RunRecord run = record::sample_run();
  run.cells[1].test.total = {10, 10, 10, 20};
  const std::string text = table_of({run}, "quality");
  EXPECT_TRUE(has(text, "                   n   all  top-5  balanced error   ECE\n")) << text;
  // Right 9, 7, 5, 1 and one more of each in the first five; classes 90, 70, 50, 5 %.
  EXPECT_TRUE(has(text, "  joint            1  44.0   52.0            46.2  11.2\n")) << text;
  run.cells[1].test.correct_top5.clear();
  run.cells[1].calibration = {};
  EXPECT_TRUE(has(table_of({run}, "quality"), "  joint            1  44.0      -            46.2     -\n"));
}

TEST(ShiftedTable, GoesFromForwardToBackward) {
  const std::string text = table_of({record::sample_run()}, "shifted");
  EXPECT_TRUE(
      has(text, "forward 50  forward 25  forward 10  forward 5  forward 2  uniform  backward 2  backward 5"))
      << text;
  const std::vector<std::string> csv = lines_of(table_of({record::sample_run()}, "shifted", Format::csv));
  // Classes by count: 90, 70, 50 and 10 %; forward 50 weighs them 1, 50^(-1/3), 50^(-2/3), 1 / 50.
  const double a = std::pow(50.0, -1.0 / 3);
  const double expected = (90 + 70 * a + 50 * a * a + 10 * a * a * a) / (1 + a + a * a + a * a * a);
  const std::vector<std::string> first = csv_fields(csv[1]);
  EXPECT_EQ(first[3], "forward 50");
  EXPECT_NEAR(std::stod(first[4]), expected, 1e-9);
  EXPECT_EQ(csv_fields(csv[6])[3], "uniform");
  EXPECT_NEAR(std::stod(csv_fields(csv[6])[4]), 55, 1e-9);
}

TEST(ClassesTable, HasARowAClassAndAColumnAStrategy) {
  record::RunRecord run = record::sample_run();
  for (record::CellRecord& cell : run.cells) {
    cell.test.total[2] = 0;
    cell.test.correct[2] = 0;
  }
  const std::string text = table_of({run}, "classes");
  EXPECT_TRUE(has(text, "n  instance_balanced, joint  instance_balanced, tau_normalized\n")) << text;
  EXPECT_TRUE(has(
      text,
      "0 ant, 500 training images          1                      90.0                               80.0\n"))
      << text;
  EXPECT_TRUE(has(
      text,
      "2 Käfer, 20 training images         1                         -                                  -\n"))
      << text;
}

}  // namespace
}  // namespace ltr::render
