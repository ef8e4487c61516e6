// SPDX-License-Identifier: Apache-2.0
#include "report/html.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "report/cells.hpp"
#include "report/html_element.hpp"
#include "report/html_parts.hpp"

namespace ltr::report {
namespace {
std::string record_anchor(std::size_t number) { return base::format("record-{}", number + 1); }
std::string table_anchor(std::size_t number) { return base::format("table-{}", number + 1); }

/// The data sets and networks of the records, each once.
std::string subject_of(const std::vector<RunView>& views) {
  std::vector<std::string> names;
  for (const RunView& view : views) {
    for (const std::string& name : {view.run->data_names.at("train"), view.run->backbone}) {
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  }
  return base::join(names, ", ");
}

std::string figures_part(const std::vector<Picture>& pictures) {
  if (pictures.empty()) return {};
  std::string text = html_section("figures", "Figures");
  for (const Picture& picture : pictures) {
    const Figure& figure = picture.figure;
    text += base::format(
        "<figure id=\"figure-{}\">\n<div class=\"scroll\">{}</div>\n<figcaption>{}. "
        "{}</figcaption>\n</figure>\n",
        html_anchor(figure.name), inline_svg(picture.svg, html_anchor(figure.name), figure.title),
        html_text(figure.title), html_text(figure.caption));
  }
  return text;
}

std::string configurations_part(const std::vector<RunView>& views) {
  std::string text = html_section("configurations", "Configurations");
  for (std::size_t i = 0; i < views.size(); ++i) {
    const record::RunRecord& run = *views[i].run;
    text += base::format("<details id=\"{}\"{}>\n<summary>record {}: {}, {}</summary>\n", record_anchor(i),
                         views.size() == 1 ? " open" : "", i + 1, html_text(run.data_names.at("train")),
                         html_text(run.backbone));
    text += base::format("<p>{}</p>\n<pre>{}</pre>\n</details>\n",
                         html_link(base::format("environment-{}", i + 1), "its environment"),
                         html_text(run.configuration));
  }
  return text;
}

std::string environment_part(const std::vector<RunView>& views) {
  std::string text = html_section("environment", "Environment");
  for (std::size_t i = 0; i < views.size(); ++i) {
    text += base::format("<h3 id=\"environment-{}\">record {}</h3>\n<dl>\n", i + 1, i + 1);
    for (const auto& [key, value] : views[i].run->environment) {
      if (!value.empty()) text += base::format("<dt>{}</dt><dd>{}</dd>\n", html_text(key), html_text(value));
    }
    for (const auto& [name, hash] : views[i].run->data_hashes) {
      text += base::format("<dt>hash of {}</dt><dd><code class=\"digest\">{}</code></dd>\n", html_text(name),
                           html_text(hash));
    }
    text += "</dl>\n";
  }
  return text;
}

std::string contents(const std::vector<Document>& documents, const std::vector<Picture>& pictures) {
  std::string text = "<nav aria-label=\"contents\"><ul>\n";
  const auto add = [&text](std::string_view anchor, std::string_view name) {
    text += base::format("<li>{}</li>\n", html_link(anchor, name));
  };
  for (std::size_t i = 0; i < documents.size(); ++i) add(table_anchor(i), documents[i].name);
  if (!pictures.empty()) add("figures", "Figures");
  add("cells", "Cells");
  add("configurations", "Configurations");
  add("environment", "Environment");
  return text + "</ul></nav>\n";
}

std::string head_of(std::string_view title) {
  return base::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n<link rel=\"icon\" "
      "href=\"data:,\">\n<style>{}</style>\n</head>\n",
      html_text(title), html_style());
}
/// A browser does not open more.
void check_size(const std::vector<Document>& documents) {
  constexpr std::size_t kMost = 500'000;
  const auto shown = [](std::size_t n) { return base::with_thousands(static_cast<std::int64_t>(n)); };
  for (const Document& document : documents) {
    const Sheet& sheet = document.sheets.front();
    const std::size_t entries = sheet.lines.size() * (sheet.label_names.size() + sheet.value_names.size());
    if (entries <= kMost) continue;
    throw base::ConfigError(base::format(
        "table {} has {} lines and {} entries, and a page of more than {} is opened by no browser; take "
        "--format csv or text, or other tables with --table",
        document.name, shown(sheet.lines.size()), shown(entries), shown(kMost)));
  }
}
}  // namespace

std::string to_html(const std::vector<Document>& documents, const std::vector<RunView>& views,
                    const Illustrations& illustrations) {
  LTR_EXPECT(!views.empty());
  check_size(documents);
  const std::vector<Cell> cells = cells_of(views);
  const CellAnchors anchors(cells);
  const std::string subject = subject_of(views);
  std::string text = head_of(subject);
  text += base::format("<body>\n<h1>{}</h1>\n", html_text(subject));
  text += contents(documents, illustrations.pictures) + html_list(illustrations.notes, "notes");
  for (std::size_t i = 0; i < documents.size(); ++i) {
    text += html_section(table_anchor(i), documents[i].name) + html_document(documents[i], anchors);
  }
  text += figures_part(illustrations.pictures);
  std::vector<std::string> record_anchors;
  for (std::size_t i = 0; i < views.size(); ++i) record_anchors.push_back(record_anchor(i));
  text += html_section("cells", "Cells") + html_cells(cells, anchors, views, record_anchors);
  text += configurations_part(views) + environment_part(views);
  return text + base::format("<script>{}</script>\n</body>\n</html>\n", html_script());
}

}  // namespace ltr::report
