// SPDX-License-Identifier: Apache-2.0
#include "report/html.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/check.hpp"
#include "base/format.hpp"
#include "metric/statistics.hpp"
#include "report/cells.hpp"
#include "report/grid_table.hpp"
#include "report/html_element.hpp"

namespace ltr::report {
namespace {
std::string section(std::string_view anchor, std::string_view title) {
  return base::format("<h2 id=\"{}\">{}</h2>\n", anchor, html_text(title));
}

/// Of the row of a cell in the table of cells.
std::string cell_anchor(const Cell& cell) { return "cell-" + html_anchor(cell.id); }

std::string record_anchor(std::size_t number) { return base::format("record-{}", number + 1); }

/// Long names may break after an underscore.
HtmlEntry text_entry(std::string_view text) {
  std::string html;
  for (const char c : html_text(text)) {
    html += c;
    if (c == '_') html += "<wbr>";
  }
  return {.html = std::move(html)};
}

HtmlEntry number_entry(std::string html, std::optional<double> key) {
  return {.html = std::move(html), .sort_key = key, .number = true};
}

std::size_t record_of(const std::vector<record::RunRecord>& runs, const Cell& cell) {
  return static_cast<std::size_t>(cell.run - runs.data());
}

/// The cells of one sampling and strategy, which are neighbours.
std::vector<std::span<const Cell>> strategies_of(std::span<const Cell> cells) {
  std::vector<std::span<const Cell>> strategies;
  while (!cells.empty()) {
    const auto other = std::ranges::find_if(cells, [&first = cells.front()](const Cell& cell) {
      return cell.sampling != first.sampling || cell.learning != first.learning;
    });
    const auto length = static_cast<std::size_t>(other - cells.begin());
    strategies.push_back(cells.first(length));
    cells = cells.subspan(length);
  }
  return strategies;
}

/// "0, 1, 2", each linked to its cell.
std::string seed_links(std::span<const Cell> cells) {
  std::vector<std::string> links;
  for (const Cell& cell : cells) links.push_back(html_link(cell_anchor(cell), std::to_string(cell.seed)));
  return base::join(links, ", ");
}

HtmlRow mean_row(std::span<const Cell> cells) {
  const Cell& first = cells.front();
  HtmlRow row{.anchor = {},
              .entries = {text_entry(config::name_of(first.sampling)),
                          text_entry(config::name_of(first.learning)),
                          {.html = seed_links(cells), .sort_key = static_cast<double>(cells.size())}}};
  for (const AccuracyColumn& column : kAccuracyColumns) {
    std::vector<double> percents;
    for (const Cell& cell : cells) {
      if (const auto percent = cell.accuracy.*column.member) percents.push_back(*percent);
    }
    const metric::Summary summary = metric::summarise(percents);
    if (summary.n == 0) {
      row.entries.push_back(number_entry("-", {}));
      continue;
    }
    std::string shown = base::format("{:.1f}", summary.mean);
    if (summary.deviation) shown += base::format(" ±\u00a0{:.1f}", *summary.deviation);
    row.entries.push_back(number_entry(html_link(cell_anchor(first), shown), summary.mean));
  }
  return row;
}

HtmlTable means(std::span<const Cell> cells, const std::string& caption) {
  HtmlTable table{.caption = caption, .columns = {"sampling", "learning", "seeds"}, .rows = {}};
  for (const AccuracyColumn& column : kAccuracyColumns) table.columns.emplace_back(column.name);
  for (const std::span<const Cell> strategy : strategies_of(cells)) table.rows.push_back(mean_row(strategy));
  return table;
}

std::string status_of(const Cell& cell) {
  switch (cell.status) {
    case CellStatus::complete:
      return "complete";
    case CellStatus::failed:
      return "failed: " + cell.error;
    case CellStatus::missing:
      break;
  }
  return "missing";
}

HtmlRow cell_row(const Cell& cell, std::size_t record) {
  const bool trained = cell.best_epoch >= 0;
  HtmlRow row{
      .anchor = cell_anchor(cell),
      .entries = {text_entry(config::name_of(cell.sampling)), text_entry(config::name_of(cell.learning)),
                  number_entry(std::to_string(cell.seed), static_cast<double>(cell.seed))}};
  for (const AccuracyColumn& column : kAccuracyColumns) {
    const std::optional<double> percent = cell.accuracy.*column.member;
    row.entries.push_back(number_entry(percent ? base::format("{:.2f}", *percent) : "-", percent));
  }
  row.entries.push_back(
      number_entry(trained ? std::to_string(cell.best_epoch) : "-",
                   trained ? std::optional(static_cast<double>(cell.best_epoch)) : std::nullopt));
  row.entries.push_back(number_entry(cell.tau ? base::format("{:.3g}", *cell.tau) : "-", cell.tau));
  row.entries.push_back({.html = html_link(record_anchor(record), base::format("record {}", record + 1)),
                         .sort_key = static_cast<double>(record)});
  row.entries.push_back(text_entry(status_of(cell)));
  constexpr std::size_t kShown = 12;
  row.entries.push_back(
      {.html = base::format("<code class=\"digest\" title=\"{}\">{}</code>", html_text(cell.weights_digest),
                            html_text(cell.weights_digest.substr(0, kShown))),
       .sort_key = {}});
  return row;
}

HtmlTable cells_table(const std::vector<record::RunRecord>& runs, std::span<const Cell> cells) {
  HtmlTable table{.caption = "One row a cell: top-1 test accuracy in percent",
                  .columns = {"sampling", "learning", "seed"},
                  .rows = {}};
  for (const AccuracyColumn& column : kAccuracyColumns) table.columns.emplace_back(column.name);
  table.columns.insert(table.columns.end(), {"best epoch", "tau", "configuration", "status", "weights"});
  for (const Cell& cell : cells) table.rows.push_back(cell_row(cell, record_of(runs, cell)));
  return table;
}

std::string list_of(std::span<const std::string> items, std::string_view kind) {
  if (items.empty()) return {};
  std::string text = base::format("<ul class=\"{}\">\n", kind);
  for (const std::string& item : items) text += base::format("<li>{}</li>\n", html_text(item));
  return text + "</ul>\n";
}

std::string figures_part(const std::vector<Picture>& pictures) {
  if (pictures.empty()) return {};
  std::string text = section("figures", "Figures");
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

std::string configurations_part(const std::vector<record::RunRecord>& runs) {
  std::string text = section("configurations", "Configurations");
  for (std::size_t i = 0; i < runs.size(); ++i) {
    text += base::format("<details id=\"{}\"{}>\n<summary>record {}: {}, {}</summary>\n", record_anchor(i),
                         runs.size() == 1 ? " open" : "", i + 1, html_text(runs[i].data_names.at("train")),
                         html_text(runs[i].backbone));
    text += base::format("<p>{}</p>\n<pre>{}</pre>\n</details>\n",
                         html_link(base::format("environment-{}", i + 1), "its environment"),
                         html_text(runs[i].configuration));
  }
  return text;
}

std::string environment_part(const std::vector<record::RunRecord>& runs) {
  std::string text = section("environment", "Environment");
  for (std::size_t i = 0; i < runs.size(); ++i) {
    text += base::format("<h3 id=\"environment-{}\">record {}</h3>\n<dl>\n", i + 1, i + 1);
    for (const auto& [key, value] : runs[i].environment) {
      if (!value.empty()) text += base::format("<dt>{}</dt><dd>{}</dd>\n", html_text(key), html_text(value));
    }
    for (const auto& [name, hash] : runs[i].data_hashes) {
      text += base::format("<dt>hash of {}</dt><dd><code class=\"digest\">{}</code></dd>\n", html_text(name),
                           html_text(hash));
    }
    text += "</dl>\n";
  }
  return text;
}

std::string contents(const std::vector<Picture>& pictures) {
  std::string text = "<nav aria-label=\"contents\"><ul>\n";
  const auto add = [&text](std::string_view anchor, std::string_view name) {
    text += base::format("<li>{}</li>\n", html_link(anchor, name));
  };
  add("accuracy", "Accuracy");
  if (!pictures.empty()) add("figures", "Figures");
  add("cells", "Cells");
  add("configurations", "Configurations");
  add("environment", "Environment");
  return text + "</ul></nav>\n";
}
}  // namespace

std::string render_html(const std::vector<record::RunRecord>& runs, const std::vector<Picture>& pictures,
                        const std::vector<std::string>& notes) {
  LTR_EXPECT(!runs.empty());
  const GridTable grid = grid_table(runs);
  const std::vector<Cell> cells = cells_of(runs);
  std::string text = base::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n<link rel=\"icon\" "
      "href=\"data:,\">\n",
      html_text(grid.title));
  text += base::format("<style>{}</style>\n</head>\n<body>\n<h1>{}, {}</h1>\n", html_style(),
                       html_text(runs.front().data_names.at("train")), html_text(runs.front().backbone));
  text += contents(pictures) + list_of(notes, "notes");
  text += section("accuracy", "Accuracy") + html_table(means(cells, grid.title));
  text += list_of(grid.facts, "facts") + list_of(grid.gaps, "gaps");
  text += figures_part(pictures);
  text += section("cells", "Cells") + html_table(cells_table(runs, cells));
  text += configurations_part(runs) + environment_part(runs);
  return text + base::format("<script>{}</script>\n</body>\n</html>\n", html_script());
}

}  // namespace ltr::report
