// SPDX-License-Identifier: Apache-2.0
#include <regex>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "message_of.hpp"
#include "record/sample_run.hpp"
#include "render/html_parts.hpp"
#include "render/sample_tables.hpp"
#include "report/plausible_run.hpp"

namespace ltr::render {
namespace {
using testing::HasSubstr;
using testing::Not;

std::multiset<std::string> matches(const std::string& text, const std::string& pattern) {
  std::multiset<std::string> found;
  const std::regex regex(pattern);
  for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at) found.insert((*at)[1]);
  return found;
}

std::vector<Picture> one_picture() {
  return {{{.name = "tau", .title = "by <tau>", .caption = "Why & how."},
           "<?xml version=\"1.0\"?>\n<svg viewBox=\"0 0 1 1\"><title>Gnuplot</title><path id='a'/>"
           "<use xlink:href='#a'/><rect fill=\"url(#a)\"/></svg>"}};
}

std::string render_html(const std::vector<record::RunRecord>& runs, const std::vector<Picture>& pictures,
                        const std::vector<std::string>& notes) {
  Request request;
  request.format = Format::html;
  request.illustrations = {pictures, notes};
  return text_of(runs, request);
}

TEST(HtmlText, NothingInItIsMarkup) {
  EXPECT_EQ(html_text("<b a=\"x\" b='y'> & \x01"), "&lt;b a=&quot;x&quot; b=&#39;y&#39;&gt; &amp;  ");
  EXPECT_EQ(html_anchor("seed_0.a b/Ä"), "seed_0.a~20b~2f~c3~84");
}

TEST(InlineSvg, StartsAtTheRootWithNamesOfItsOwn) {
  const std::string svg = inline_svg(one_picture()[0].svg, "tau", "by <tau>");
  EXPECT_EQ(svg,
            "<svg role=\"img\" aria-label=\"by &lt;tau&gt;\" viewBox=\"0 0 1 1\"><path id='tau-a'/>"
            "<use xlink:href='#tau-a'/><rect fill=\"url(#tau-a)\"/></svg>");
  EXPECT_THROW((void)inline_svg("no picture", "x", "x"), base::DataError);
}

void expect_links_lead_somewhere(const std::string& page) {
  const auto places = matches(page, " id=[\"']([^\"']*)[\"']");
  for (const std::string& place : places) EXPECT_EQ(places.count(place), 1U) << place;
  const auto links = matches(page, " href=\"#([^\"]*)\"");
  EXPECT_GT(links.size(), 20U);
  for (const std::string& link : links) EXPECT_TRUE(places.contains(link)) << link;
}

TEST(HtmlPage, EveryLinkHasItsPlaceAndNoPlaceIsThereTwice) {
  expect_links_lead_somewhere(render_html({record::sample_run(0), record::sample_run(1)}, one_picture(), {}));
}

TEST(HtmlPage, NumbersLinkToCellsAndCellsToConfigurations) {
  const std::string page = render_html({record::sample_run(0), record::sample_run(1)}, {}, {});
  EXPECT_THAT(page, HasSubstr("<td class=\"number\" data-key=\"80\">"
                              "<a href=\"#cell-seed_0.instance_balanced.joint\">80.0 ±\u00a00.0</a></td>"));
  EXPECT_THAT(page, HasSubstr("<a href=\"#cell-seed_1.instance_balanced.joint\">1</a>"));
  EXPECT_THAT(page, HasSubstr("<tr id=\"cell-seed_1.instance_balanced.joint\">"));
  EXPECT_THAT(page, HasSubstr("<a href=\"#record-2\">record 2</a>"));
}

TEST(HtmlPage, FailedAndMissingCellsAreShownAndSortLast) {
  record::RunRecord run = record::sample_run();
  run.cells[1].error = "the loss is <not> finite";
  run.cells.erase(run.cells.begin());
  const std::string page = render_html({run}, {}, {"no program gnuplot & so on"});
  EXPECT_THAT(page, HasSubstr("failed: the loss is &lt;not&gt; finite"));
  EXPECT_THAT(page, HasSubstr("<td>missing</td>"));
  EXPECT_THAT(page, HasSubstr("<td class=\"number\">-</td>"));
  EXPECT_THAT(page, HasSubstr("<li>no program gnuplot &amp; so on</li>"));
}

TEST(HtmlPage, NeedsNoOtherFile) {
  const std::string page = render_html({record::plausible_run({})}, one_picture(), {});
  EXPECT_THAT(matches(page, "(src|@import|url\\()\\s*[=\"'h]"), testing::IsEmpty());
  EXPECT_THAT(matches(page, "<(?:script|link|img|iframe)[^>]*(?:src|href)=\"([^\"]*)\""),
              testing::ElementsAre("data:,"));
}

TEST(HtmlPage, NamesOfDataAndHostsAreNoMarkup) {
  const std::string page = render_html({record::plausible_run({})}, {}, {});
  EXPECT_THAT(page, Not(HasSubstr("<b>")));
  EXPECT_THAT(page, HasSubstr("%d &lt;b&gt;&amp;amp;"));
  EXPECT_THAT(page, HasSubstr("a&lt;b&gt;&amp;&#39;c&#39;"));
}

TEST(HtmlPage, RefusesWhatCannotBeAveraged) {
  std::vector<record::RunRecord> runs{record::sample_run(), record::sample_run()};
  for (record::CellRecord& cell : runs[1].cells) cell.training.weights_digest = "other";
  EXPECT_THROW((void)render_html(runs, {}, {}), base::ConfigError);
}

TEST(HtmlPage, CellsOfOneNameInSeveralRecordsHavePlacesOfTheirOwn) {
  const std::string page = render_html({record::sample_run(), record::sample_run()}, {}, {});
  expect_links_lead_somewhere(page);
  EXPECT_THAT(page, HasSubstr("<tr id=\"cell-seed_0.instance_balanced.joint\">"));
  EXPECT_THAT(page, HasSubstr("<tr id=\"cell-seed_0.instance_balanced.joint~2-\">"));
}

TEST(HtmlPage, ShowsPublishedValuesVerdictsDifferencesAndNotesAsTextDoes) {
  Request request = table_request("figure_1", Format::html);
  request.options.band = 50;
  const std::vector<record::RunRecord> runs = imagenet_runs(3);
  const std::string page = text_of(runs, request);
  expect_links_lead_somewhere(page);
  EXPECT_THAT(page, HasSubstr("<h2 id=\"table-1\">figure_<wbr>1</h2>"));
  EXPECT_THAT(page,
              HasSubstr("<a href=\"#cell-seed_0.instance_balanced.joint\">3</a> <span "
                        "class=\"seeds\">seeds <a href=\"#cell-seed_0.instance_balanced.joint\">0</a>, "));
  EXPECT_THAT(page, HasSubstr("<td>printed [1]</td>"));
  EXPECT_THAT(page, HasSubstr("<td class=\"number\" data-key=\"65.9\">65.9</td>"));
  EXPECT_THAT(page, HasSubstr("<td class=\"number\">inside</td>"));
  EXPECT_THAT(page, HasSubstr("<li>[1] "));
  EXPECT_THAT(page, HasSubstr("<td>tau_<wbr>normalized - joint</td>"));
  EXPECT_THAT(page, HasSubstr("<td>no difference shown</td>"));
  request.format = Format::text;
  std::istringstream text(text_of(runs, request));
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("[") || line.starts_with("not in the records") ||
        line.starts_with("differences in")) {
      EXPECT_THAT(page, HasSubstr(html_text(line)));
    }
  }
}

TEST(HtmlPage, WhatStandsBelowARowStaysWithItWhenSorted) {
  const std::string page = text_of(imagenet_runs(3), table_request("figure_1", Format::html));
  const std::string table = page.substr(0, page.find("</table>"));
  const auto groups = matches(table, "(<tbody>\n<tr>)");
  const auto rows = matches(table, "(<tr>)<td");
  EXPECT_EQ(groups.size(), 17U);
  EXPECT_EQ(rows.size(), groups.size());
  EXPECT_EQ(matches(table, "(<tr class=\"below\"><td></td><td></td><td>)").size(), 17U + 2U);
}

TEST(HtmlPage, ValuesOfDifferentCellsInARowNameTheirSeedsEach) {
  const std::vector<record::RunRecord> runs{imagenet_run(0)};
  const std::string page = text_of(runs, table_request("classes", Format::html));
  EXPECT_THAT(page, HasSubstr("</a> <span class=\"seeds\">seed <a "
                              "href=\"#cell-seed_0.instance_balanced.tau_normalized\">0</a></span></td>"));
}

TEST(HtmlPage, HoldsEveryTableThatIsAskedFor) {
  Request request = table_request("grid", Format::html);
  request.tables.emplace_back("quality");
  request.options.by = {"stage_1.learning_rate"};
  const std::string page = text_of({record::sample_run()}, request);
  expect_links_lead_somewhere(page);
  EXPECT_THAT(page, HasSubstr("<a href=\"#table-2\">quality</a>"));
  EXPECT_THAT(page, HasSubstr("<td>stage_<wbr>1.learning_<wbr>rate = 0.2</td>"));
}

TEST(HtmlPage, RefusesATableThatNoBrowserOpens) {
  constexpr std::size_t kClasses = 130'000;
  record::RunRecord run = record::sample_run();
  run.class_names.assign(kClasses, "c");
  run.class_counts.assign(kClasses, 30);
  for (record::CellRecord& cell : run.cells) {
    cell.test = {.correct = std::vector<std::int64_t>(kClasses, 1),
                 .correct_top5 = {},
                 .total = std::vector<std::int64_t>(kClasses, 1),
                 .confusion = {}};
  }
  EXPECT_THAT(
      test::message_of<base::ConfigError>([&] { (void)table_of({run}, "classes", Format::html); }),
      HasSubstr("table classes has 130,000 lines and 520,000 entries, and a page of more than 500,000"));
  // Anything else has a line a class.
  EXPECT_GT(std::ranges::count(table_of({run}, "classes"), '\n'), kClasses);
}

}  // namespace
}  // namespace ltr::render
