// SPDX-License-Identifier: Apache-2.0
#include <regex>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "record/sample_run.hpp"
#include "report/html_element.hpp"
#include "report/plausible_run.hpp"
#include "report/sample_tables.hpp"

namespace ltr::report {
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
  return render(runs, request);
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

TEST(HtmlPage, EveryLinkHasItsPlaceAndNoPlaceIsThereTwice) {
  const std::string page = render_html({record::sample_run(0), record::sample_run(1)}, one_picture(), {});
  const auto places = matches(page, " id=[\"']([^\"']*)[\"']");
  for (const std::string& place : places) EXPECT_EQ(places.count(place), 1U) << place;
  const auto links = matches(page, " href=\"#([^\"]*)\"");
  EXPECT_GT(links.size(), 20U);
  for (const std::string& link : links) EXPECT_TRUE(places.contains(link)) << link;
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
  EXPECT_THROW((void)render_html({record::sample_run(), record::sample_run()}, {}, {}), base::ConfigError);
}

}  // namespace
}  // namespace ltr::report
