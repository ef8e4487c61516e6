// SPDX-License-Identifier: Apache-2.0
#include "report/published.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "message_of.hpp"
#include "own_folder.hpp"

namespace ltr::report {
namespace {
constexpr std::string_view kHeader =
    "source,table,dataset,backbone,epochs,sampling,strategy,split,top1_percent,status\n";
constexpr std::string_view kRow =
    "Ours,figure_1,imagenet_lt,resnet10,90,square_root,crt,few,12.5,printed (in the appendix)\n";

std::string failure_of(const std::string& text) {
  return test::message_of<base::DataError>([&] { return parse_published(text, "more.csv"); });
}

/// kHeader and kRow with the first `from` of the row replaced.
std::string with(std::string_view from, std::string_view to) {
  std::string row(kRow);
  row.replace(row.find(from), from.size(), to);
  return std::string(kHeader) + row;
}

TEST(PublishedValues, ARowIsReadByColumn) {
  const std::vector<PublishedRow> rows = parse_published(std::string(kHeader) + std::string(kRow), "x");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].source, "Ours");
  EXPECT_EQ(rows[0].table, "figure_1");
  EXPECT_EQ(rows[0].dataset, "imagenet_lt");
  EXPECT_EQ(rows[0].backbone, "resnet10");
  EXPECT_EQ(rows[0].epochs, 90);
  EXPECT_EQ(rows[0].sampling, config::SamplingKind::square_root);
  EXPECT_EQ(rows[0].strategy, "crt");
  EXPECT_EQ(rows[0].split, "few");
  EXPECT_EQ(rows[0].top1_percent, 12.5);
  EXPECT_EQ(rows[0].status, PublishedStatus::printed);
  EXPECT_EQ(rows[0].pretrained_sha256, "");
}

TEST(PublishedValues, SpreadsheetsMarksLineEndsAndOrderOfColumnsDoNotMatter) {
  const std::vector<PublishedRow> rows = parse_published(
      "\xEF\xBB\xBFpretrained_sha256,status,top1_percent,split,strategy,sampling,epochs,backbone,"
      "dataset,table,source\r\n"
      "ab12,quoted by others,7,all,mine,class_balanced,5,resnet18,shop,mine,\"A, \"\"B\"\"\"\r\n"
      "\r\n",
      "x");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].source, "A, \"B\"");
  EXPECT_EQ(rows[0].pretrained_sha256, "ab12");
  EXPECT_EQ(rows[0].status, PublishedStatus::quoted);
}

TEST(PublishedValues, BrokenRowsAreNamedByLineValueReasonAndRemedy) {
  EXPECT_EQ(failure_of(with("12.5", "112.5")),
            "more.csv:2: top1_percent is '112.5', which is no accuracy in percent; write one from 0 to 100");
  EXPECT_EQ(failure_of(with("12.5", "nan")),
            "more.csv:2: top1_percent is 'nan', which is no accuracy in percent; write one from 0 to 100");
  EXPECT_EQ(failure_of(with("90", "90.5")),
            "more.csv:2: epochs is '90.5', which is no number of epochs; write one from 1 to 100000");
  EXPECT_EQ(
      failure_of(with("few", "rare")),
      "more.csv:2: split is 'rare', which no column of a table shows; write one of many, medium, few, all");
  EXPECT_EQ(
      failure_of(with("printed (in the appendix)", "guessed")),
      "more.csv:2: status is 'guessed', so a reader could not know how far to trust the value; begin it "
      "with printed, digitised or quoted");
  EXPECT_EQ(failure_of(with("crt", "")),
            "more.csv:2: strategy is empty, so the value belongs to no cell; fill it in");
  EXPECT_EQ(
      failure_of(with("Ours", "Ours, and theirs")),
      "more.csv:2: 11 fields where the first line names 10, so values would stand in the wrong columns; "
      "quote fields that hold a comma");
  EXPECT_EQ(failure_of(with("Ours", "\"Ours")).find("more.csv:2: the quoted field 'Ours,"), 0U);
  EXPECT_EQ(failure_of(with("Ours", "\"Ours\" and theirs")).find("more.csv:2: ' and theirs,figure_1"), 0U);
  const std::string sampling = failure_of(with("square_root", "square_rot"));
  EXPECT_EQ(sampling.find("more.csv:2: sampling: "), 0U) << sampling;
  EXPECT_NE(sampling.find("square_root"), std::string::npos) << sampling;
}

TEST(PublishedValues, TwoOfOnePlaceAndSourceAreRefused) {
  const std::string other = "Ours,figure_1,imagenet_lt,resnet10,90,square_root,crt,few,99,quoted\n";
  EXPECT_EQ(failure_of(std::string(kHeader) + std::string(kRow) + other),
            "more.csv:3: line 2 has a value of the same source, table, cell and split already, so it is not "
            "known which one holds; leave one out");
  EXPECT_EQ(failure_of(std::string(kHeader) + std::string(kRow) +
                       "Theirs,figure_1,imagenet_lt,resnet10,90,square_root,crt,few,99,quoted\n"),
            "accepted");
}

TEST(PublishedValues, NamesAreMadePrintable) {
  const auto rows = parse_published(with("Ours", "Ou\x1b[2Jrs"), "more.csv");
  EXPECT_EQ(rows.at(0).source, "Ou\\x1b[2Jrs");
}

TEST(PublishedValues, TheLineIsCountedFromTheFirst) {
  const std::string text = std::string(kHeader) + std::string(kRow) + "\n" + "too,few\n";
  EXPECT_EQ(failure_of(text).find("more.csv:4: 2 fields"), 0U) << failure_of(text);
}

TEST(PublishedValues, ColumnsMustBeKnownAndComplete) {
  EXPECT_EQ(failure_of("source,table\n").find("more.csv:1: the first line names no column 'dataset'"), 0U);
  EXPECT_EQ(failure_of("").find("more.csv:1: column '' is not known"), 0U) << failure_of("");
  EXPECT_EQ(failure_of("sauce," + std::string(kHeader)).find("more.csv:1: column 'sauce' is not known"), 0U);
  EXPECT_EQ(failure_of("epochs," + std::string(kHeader)).find("more.csv:1: column 'epochs' is named twice"),
            0U);
}

using PublishedFile = test::OwnFolder;

TEST_F(PublishedFile, OfColumnsAloneIsRefused) {
  std::ofstream(path("more.csv")) << kHeader;
  EXPECT_THROW((void)read_published(path("more.csv")), base::DataError);
  std::ofstream(path("more.csv")) << kHeader << kRow;
  EXPECT_EQ(read_published(path("more.csv")).size(), 1U);
}

TEST_F(PublishedFile, IsNamedIfItCannotBeRead) {
  for (const std::filesystem::path& path : {folder(), folder() / "absent.csv"}) {
    const std::string message = test::message_of<base::DataError>([&] { return read_published(path); });
    EXPECT_EQ(message.find(path.string() + " cannot be read"), 0U) << message;
  }
}

TEST(PublishedValues, EveryFileOfTheSuiteReads) {
  std::size_t rows = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(LTR_SOURCE_DIR) / "configs/published")) {
    if (entry.path().extension() == ".csv") rows += read_published(entry.path()).size();
  }
  EXPECT_EQ(rows, 410U);
}

TEST(PublishedValues, ThePapersAreCompiledIn) {
  const std::vector<PublishedRow>& rows = published_rows();
  EXPECT_EQ(rows.size(), 304U + 64U);
  const auto lws = std::ranges::find_if(rows, [](const PublishedRow& row) {
    return row.table == "table_4" && row.strategy == "lws" && row.split == "few";
  });
  ASSERT_NE(lws, rows.end());
  EXPECT_EQ(lws->top1_percent, 28.6);
  EXPECT_EQ(lws->source, "Kang et al. 2020");
}

}  // namespace
}  // namespace ltr::report
