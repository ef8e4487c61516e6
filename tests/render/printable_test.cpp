// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <gtest/gtest.h>

#include "render/gnuplot.hpp"
#include "render/sample_tables.hpp"
#include "report/plausible_run.hpp"
#include "report/results.hpp"

namespace ltr::render {
namespace {

constexpr std::string_view kEvil = "a\n  joint  3  99.9\x1b[2J\x1b]0;t\a\r\t\x7f\u202e\u2066\u2028z\x9b";
constexpr std::string_view kShown =
    "a\\n  joint  3  99.9\\x1b[2J\\x1b]0;t\\x07\\r\\t\\x7f\\u202e\\u2066\\u2028z\\x9b";

/// Whether a terminal would be steered, or the order of reading turned.
bool is_raw(const std::string& text) {
  const bool control = std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n') || byte == 0x7F;
  });
  return control || has(text, "\u202e") || has(text, "\u2066") || has(text, "\u2028") || has(text, "z\x9b");
}

/// The plausible run, or the sample's, with a steering name in every text that is somebody else's.
record::RunRecord evil(record::RunRecord run) {
  const std::string name(kEvil);
  run.backbone = name;
  for (auto* texts : {&run.environment, &run.data_names, &run.data_hashes}) {
    for (auto& [key, text] : *texts) text = name;
    texts->emplace(name, name);
  }
  for (std::string& class_name : run.class_names) class_name = name;
  run.cells[0].error = name;
  run.cells[0].id = name;
  for (record::CellRecord& cell : run.cells) cell.training.weights_digest = name;
  return run;
}

TEST(Printable, NoFormatShowsANameOfARecordRaw) {
  record::RunRecord run = evil(record::sample_run());
  report::make_printable(run);
  for (const Format format : {Format::text, Format::markdown, Format::latex, Format::html, Format::csv}) {
    for (const char* table : {"grid", "quality", "shifted", "classes"}) {
      const std::string text = table_of({run}, table, format);
      EXPECT_FALSE(is_raw(format == Format::html
                              ? text.substr(text.find("<body>"), text.find("<script>") - text.find("<body>"))
                              : text))
          << table << static_cast<int>(format) << text;
    }
  }
  Request list;
  list.format = Format::csv;
  EXPECT_FALSE(is_raw(text_of({run}, list)));
  EXPECT_TRUE(has(table_of({run}, "classes"), "\n0 " + std::string(kShown) + ", 500 training images"))
      << table_of({run}, "classes");
  EXPECT_TRUE(has(table_of({run}, "grid"), "failed: " + std::string(kShown) + ": " + std::string(kShown)));
}

TEST(Printable, NorDoesAFigure) {
  record::RunRecord run = evil(record::plausible_run({}));
  report::make_printable(run);
  const report::FigureList list = figures_of(report::Results({run}));
  EXPECT_GT(list.figures.size(), 5U);
  for (const report::Figure& figure : list.figures) {
    const std::string script = gnuplot_script(figure, PictureFormat::svg);
    EXPECT_FALSE(is_raw(script)) << figure.name;
    EXPECT_TRUE(has(script, "a\\n  joint")) << figure.name;
  }
}

TEST(Printable, AKeyOfTheConfigurationIsShownWithoutMarks) {
  record::RunRecord run = record::sample_run();
  config::Configuration configuration = record::sample_configuration(0);
  configuration.data.root = "r\u202e\x1b[2Jz";
  run.configuration = config::to_toml(configuration);
  report::make_printable(run);
  Request request = table_request("grid");
  request.options.by = {"data.root"};
  const std::string text = text_of({run}, request);
  EXPECT_FALSE(is_raw(text)) << text;
  EXPECT_TRUE(has(text, "r\\u202E\\u001B[2Jz")) << text;
}

TEST(Printable, MarksOfTheFormatStayEscaped) {
  record::RunRecord run = record::sample_run();
  run.class_names[0] = "a|b\nc";
  run.class_names[1] = "<b>\x1b</b>&";
  report::make_printable(run);
  EXPECT_TRUE(has(table_of({run}, "classes", Format::markdown), "| 0 a\\|b\\\\nc, 500"));
  EXPECT_TRUE(has(table_of({run}, "classes", Format::html), "&lt;b&gt;\\x1b&lt;/b&gt;&amp;"));
  EXPECT_TRUE(has(table_of({run}, "classes", Format::latex), "a$|$b\\textbackslash{}nc"));
}

}  // namespace
}  // namespace ltr::render
