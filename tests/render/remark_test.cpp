// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "render/sample_tables.hpp"

namespace ltr::render {
namespace {

constexpr std::string_view kRemark = "tau chosen on test";

/// Three seeds, whose test set served as validation or not.
std::vector<record::RunRecord> seeds(bool test_serves) {
  std::vector<record::RunRecord> runs{record::sample_run(0), record::sample_run(1), record::sample_run(2)};
  for (record::RunRecord& run : runs) run.test_serves_as_validation = test_serves;
  return runs;
}

TEST(TauChosenOnTest, IsSaidInEveryFormatOfEveryTableThatShowsTheRow) {
  for (const Format format : {Format::text, Format::markdown, Format::latex, Format::html, Format::csv}) {
    for (const char* table : {"grid", "quality", "shifted", "classes"}) {
      const std::string text = table_of(seeds(true), table, format);
      EXPECT_TRUE(has(text, kRemark)) << table << " " << static_cast<int>(format) << "\n" << text;
      EXPECT_FALSE(has(table_of(seeds(false), table, format), kRemark)) << table;
    }
  }
}

TEST(TauChosenOnTest, StandsAtTheNameOfItsRowAndOfItsDifference) {
  const std::string text = table_of(seeds(true), "grid");
  EXPECT_TRUE(has(text, "\n  tau_normalized (tau chosen on test)  3  70.0 ± 0.0")) << text;
  EXPECT_TRUE(has(text, "\n  joint                                3  80.0 ± 0.0")) << text;
  EXPECT_TRUE(has(text, "\n  tau_normalized - joint (tau chosen on test)  3  +5.0")) << text;
}

TEST(TauChosenOnTest, StandsAtTheNameOfItsColumn) {
  const std::string text = table_of(seeds(true), "classes", Format::markdown);
  EXPECT_TRUE(has(
      text, "| instance\\_balanced, joint | instance\\_balanced, tau\\_normalized (tau chosen on test) |"))
      << text;
  EXPECT_FALSE(has(text, "training images (tau")) << text;
}

TEST(TauChosenOnTest, StandsAtTheValueWhereOthersOfTheRowWereNot) {
  const auto epochs = [](int number) {
    return [number](config::Configuration& c) { c.stage_1.epochs = number; };
  };
  std::vector<record::RunRecord> runs{imagenet_run(0, epochs(90)), imagenet_run(1, epochs(200))};
  for (record::RunRecord& run : runs) {
    run.data_hashes = {{"train.list", "4accdb7584d2f0a5106c40a33ed6afa392189bcc"}};
  }
  runs[1].test_serves_as_validation = true;
  const std::string text = table_of(runs, "table_3");
  EXPECT_TRUE(has(text, " 60.0 (tau chosen on test)")) << text;
  EXPECT_FALSE(has(text, "tau_normalized (tau")) << text;
  const std::string csv = table_of(runs, "table_3", Format::csv);
  EXPECT_TRUE(
      has(csv, "table_3,tau_normalized,\"resnext50_32x4d, 200 epochs\",60,,1,,,,,tau chosen on test\n"))
      << csv;
  EXPECT_TRUE(has(csv, "table_3,tau_normalized,\"resnext50_32x4d, 90 epochs\",60,,1,,,,,\n")) << csv;
}

TEST(TauChosenOnTest, IsAColumnOfTheListOfCells) {
  Request request;
  request.format = Format::csv;
  EXPECT_TRUE(has(text_of(seeds(true), request), ",2,0.5,test,weights10,complete,\n"));
  EXPECT_TRUE(has(text_of(seeds(false), request), ",2,0.5,validation,weights10,complete,\n"));
}

TEST(TauChosenOnTest, IsSaidOfEveryCellOfThePage) {
  EXPECT_TRUE(has(table_of(seeds(true), "grid", Format::html), "0.5 (chosen on test)"));
  EXPECT_FALSE(has(table_of(seeds(false), "grid", Format::html), "(chosen on test)"));
}

}  // namespace
}  // namespace ltr::render
