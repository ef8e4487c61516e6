// SPDX-License-Identifier: Apache-2.0
#include "report/read_records.hpp"

#include <algorithm>
#include <filesystem>
#include <ranges>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "own_folder.hpp"
#include "report/figure_list.hpp"
#include "report/gnuplot.hpp"
#include "report/plausible_run.hpp"
#include "report/sample_tables.hpp"

namespace ltr::report {
namespace {
namespace fs = std::filesystem;

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
  make_printable(run);
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
  EXPECT_FALSE(is_raw(render({run}, list)));
  EXPECT_TRUE(has(table_of({run}, "classes"), "\n0 " + std::string(kShown) + ", 500 training images"))
      << table_of({run}, "classes");
  EXPECT_TRUE(has(table_of({run}, "grid"), "failed: " + std::string(kShown) + ": " + std::string(kShown)));
}

TEST(Printable, NorDoesAFigure) {
  record::RunRecord run = evil(record::plausible_run({}));
  make_printable(run);
  const FigureList list = figures_of({run});
  EXPECT_GT(list.figures.size(), 5U);
  for (const Figure& figure : list.figures) {
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
  make_printable(run);
  Request request = table_request("grid");
  request.options.by = {"data.root"};
  const std::string text = render({run}, request);
  EXPECT_FALSE(is_raw(text)) << text;
  EXPECT_TRUE(has(text, "r\\u202E\\u001B[2Jz")) << text;
}

TEST(Printable, MarksOfTheFormatStayEscaped) {
  record::RunRecord run = record::sample_run();
  run.class_names[0] = "a|b\nc";
  run.class_names[1] = "<b>\x1b</b>&";
  make_printable(run);
  EXPECT_TRUE(has(table_of({run}, "classes", Format::markdown), "| 0 a\\|b\\\\nc, 500"));
  EXPECT_TRUE(has(table_of({run}, "classes", Format::html), "&lt;b&gt;\\x1b&lt;/b&gt;&amp;"));
  EXPECT_TRUE(has(table_of({run}, "classes", Format::latex), "a$|$b\\textbackslash{}nc"));
}

class ReadRecords : public test::OwnFolder {
 protected:
  static std::string failure_of(const std::vector<std::string>& paths) {
    try {
      (void)read_records(paths);
    } catch (const base::Error& error) {
      return error.what();
    }
    return "nothing was thrown";
  }
};

TEST_F(ReadRecords, TakeAFileOnceWhateverPathsLeadToIt) {
  const std::string file = path("a.h5");
  record::write_run(record::plausible_run({}), file);
  fs::create_hard_link(file, path("hard.h5"));
  fs::create_symlink("a.h5", path("soft.h5"));
  fs::copy_file(file, path("copy.h5"));
  const std::string relative = fs::relative(file);
  const Records records = read_records(
      std::vector<std::string>{file, relative, path("hard.h5"), path("soft.h5"), path("copy.h5"), file});
  EXPECT_EQ(records.files, (std::vector<std::string>{file, path("copy.h5")}));
  EXPECT_EQ(records.runs.size(), 2U);
  ASSERT_EQ(records.notes.size(), 4U);
  EXPECT_EQ(records.notes[0], file + " and " + relative + " are the same file, which is read once");
}

TEST_F(ReadRecords, RefuseFoldersAndPipesWithoutWaiting) {
  EXPECT_TRUE(has(failure_of({folder()}), " is a folder, and a record is one file"))
      << failure_of({folder()});
  const std::string pipe = path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_TRUE(has(failure_of({pipe}), " is no regular file, and a record is one file"));
  EXPECT_TRUE(has(failure_of({path("absent.h5")}), "absent.h5"));
}

}  // namespace
}  // namespace ltr::report
