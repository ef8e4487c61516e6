// SPDX-License-Identifier: Apache-2.0
#include "render/gnuplot.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "own_folder.hpp"
#include "render/pictures.hpp"
#include "report/plausible_run.hpp"

namespace ltr::render {
namespace {
using report::Figure;
using report::FigureList;
using report::Panel;
using testing::HasSubstr;

Figure line_figure() {
  return {.name = "line",
          .title = "a line",
          .caption = "It rises.",
          .panels = {{.title = "panel",
                      .x = {.label = "x"},
                      .y = {.label = "y"},
                      .series = {{.label = "series", .x = {1, 2}, .y = {3, 4}}}}}};
}

/// Sets PATH for the time of a test.
class OwnPath {
 public:
  explicit OwnPath(const std::filesystem::path& folder) : former_(std::getenv("PATH")) {
    setenv("PATH", folder.c_str(), 1);
  }
  ~OwnPath() { setenv("PATH", former_.c_str(), 1); }

 private:
  std::string former_;
};

class Drawing : public test::OwnFolder {
 protected:
  /// A program called gnuplot that does what `script` says.
  void replace_gnuplot(const std::string& script) {
    std::ofstream(path("gnuplot")) << "#!/bin/sh\n" << script;
    std::filesystem::permissions(path("gnuplot"), std::filesystem::perms::owner_all);
  }
};

TEST(GnuplotScript, PlotsEverySeriesAndNamesItInTheLegend) {
  const std::string script = gnuplot_script(line_figure(), PictureFormat::svg);
  EXPECT_THAT(script, HasSubstr("$d0 << EOD\n1 3\n2 4\nEOD\n"));
  EXPECT_THAT(script, HasSubstr("plot $d0 using 1:2 axes x1y1 with linespoints"));
  EXPECT_THAT(script, HasSubstr("title 'series'"));
  EXPECT_THAT(script, HasSubstr("set terminal svg"));
  EXPECT_THAT(gnuplot_script(line_figure(), PictureFormat::png), HasSubstr("set terminal pngcairo"));
}

TEST(GnuplotScript, SeriesDifferInDashesAndMarkersWithoutColour) {
  Figure figure = line_figure();
  figure.panels[0].series = {{.label = "a", .style = 0, .x = {1}, .y = {1}},
                             {.label = "b", .style = 1, .x = {1}, .y = {1}}};
  const std::string script = gnuplot_script(figure, PictureFormat::svg);
  EXPECT_THAT(script, HasSubstr("dt 1 pt 7"));
  EXPECT_THAT(script, HasSubstr("dt (9,4) pt 5"));
}

TEST(GnuplotScript, NamesAreDataWhateverTheyHold) {
  Figure figure = line_figure();
  figure.title = "it's\n`rm -rf x`";
  figure.panels[0].x.ticks = {{1, "100 % 'sure'"}};
  const std::string script = gnuplot_script(figure, PictureFormat::svg);
  EXPECT_THAT(script, HasSubstr("title 'it''s `rm -rf x`' noenhanced"));
  EXPECT_THAT(script, HasSubstr("('100 %% ''sure''' 1)"));
}

TEST_F(Drawing, MissingGnuplotIsNoticedAndNamed) {
  const OwnPath nothing(folder());
  EXPECT_FALSE(gnuplot_installed());
  EXPECT_THAT([] { (void)draw(line_figure(), PictureFormat::svg); },
              testing::ThrowsMessage<base::SystemError>(HasSubstr("install it")));
}

TEST_F(Drawing, GnuplotsOwnMessageIsReportedAndNothingWritten) {
  replace_gnuplot("printf '\\nplot x\\n     ^\\nline 3: all is lost\\n\\n' >&2\nexit 1\n");
  const OwnPath own(folder());
  EXPECT_THAT([&] { write_figures({line_figure()}, path("out")); },
              testing::ThrowsMessage<base::SystemError>(
                  HasSubstr("gnuplot could not draw line.svg: line 3: all is lost; ")));
  EXPECT_TRUE(std::filesystem::is_empty(path("out")));
}

TEST_F(Drawing, AnEmptyPictureIsAFailure) {
  replace_gnuplot("exit 0\n");
  const OwnPath own(folder());
  EXPECT_THAT([] { (void)draw(line_figure(), PictureFormat::png); },
              testing::ThrowsMessage<base::SystemError>(HasSubstr("line.png: no message")));
}

TEST_F(Drawing, AFolderThatCannotBeMadeIsNamed) {
  std::ofstream(path("file")) << "x";
  EXPECT_THAT([&] { write_figures({line_figure()}, path("file") / "below"); },
              testing::ThrowsMessage<base::SystemError>(HasSubstr("name another folder")));
}

TEST_F(Drawing, EveryFigureBecomesAnSvgAndAPng) {
  if (!gnuplot_installed()) GTEST_SKIP() << kGnuplotMissing;
  const std::vector<record::RunRecord> runs{record::plausible_run({.classes = 10, .seed = 0, .ranks = 1}),
                                            record::plausible_run({.classes = 10, .seed = 1, .ranks = 2})};
  const FigureList list = figures_of(report::Results(runs));
  write_figures(list.figures, folder());
  for (const Figure& figure : list.figures) {
    std::ifstream svg(folder() / (figure.name + ".svg"));
    const std::string text{std::istreambuf_iterator<char>(svg), {}};
    EXPECT_THAT(text, HasSubstr("</svg>")) << figure.name;
    for (const Panel& panel : figure.panels) {
      EXPECT_THAT(text, HasSubstr("<text>" + panel.title)) << figure.name;
    }
    std::ifstream png(folder() / (figure.name + ".png"), std::ios::binary);
    std::string start(8, ' ');
    png.read(start.data(), 8);
    EXPECT_EQ(start, "\x89PNG\r\n\x1a\n") << figure.name;
  }
  EXPECT_FALSE(list.figures.empty());
}

TEST_F(Drawing, HostileNamesAreShownAsTheyAre) {
  if (!gnuplot_installed()) GTEST_SKIP() << kGnuplotMissing;
  Figure figure = line_figure();
  const std::string mark = path("made").string();
  figure.title = "`touch " + mark + "` a_b^c {/Bold d} %d \"e\" 'f' \\n <g> & @h";
  figure.panels[0].x.ticks = {{1, figure.title}, {2, "two"}};
  figure.panels[0].title = figure.title;
  figure.panels[0].series[0].label = figure.title;
  const std::string svg = draw(figure, PictureFormat::svg);
  EXPECT_FALSE(std::filesystem::exists(mark));
  const std::string shown = "` a_b^c {/Bold d} %d \"e\" 'f' \\n &lt;g> &amp; @h";
  std::size_t times = 0;
  for (std::size_t at = svg.find(shown); at != std::string::npos; at = svg.find(shown, at + 1)) ++times;
  EXPECT_EQ(times, 4U) << svg;
}

}  // namespace
}  // namespace ltr::render
