// SPDX-License-Identifier: Apache-2.0
#include "render/html.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.hpp"
#include "base/format.hpp"
#include "render/document.hpp"
#include "render/html_parts.hpp"
#include "render/page_files.hpp"
#include "report/tables.hpp"

namespace ltr::render {
namespace {
using report::Cell;
using report::RunView;

/// The anchor of each cell in the page's list of cells.
using CellAnchors = std::map<const Cell*, std::string>;

CellAnchors anchors_of(const std::vector<Cell>& cells) {
  CellAnchors anchors;
  std::set<std::string> taken;
  for (const Cell& cell : cells) {
    const std::string name = "cell-" + html_anchor(cell.id);
    std::string anchor = name;
    // Several records may hold a cell of the same name; no name has "~" before a digit that is followed by
    // "-".
    for (std::size_t number = 2; !taken.insert(anchor).second; ++number) {
      anchor = base::format("{}~{}-", name, number);
    }
    anchors.emplace(&cell, std::move(anchor));
  }
  return anchors;
}

std::string record_anchor(std::size_t index) { return base::format("record-{}", index + 1); }
std::string table_anchor(std::size_t index) { return base::format("table-{}", index + 1); }

HtmlEntry text_entry(std::string_view text) { return {.html = html_breakable(text)}; }

HtmlEntry number_entry(std::string_view text, std::optional<double> key) {
  return {.html = html_breakable(text), .sort_key = key, .number = true};
}

/// "seeds 0, 1, 2", each linked to its cell.
std::string seed_links(const report::CellList& cells, const CellAnchors& anchors) {
  std::vector<std::string> links;
  for (const Cell* cell : cells) links.push_back(html_link(anchors.at(cell), std::to_string(cell->key.seed)));
  return base::format("<span class=\"seeds\">{} {}</span>", cells.size() == 1 ? "seed" : "seeds",
                      base::join(links, ", "));
}

HtmlEntry value_entry(const SheetValue& value, bool numeric, const CellAnchors& anchors) {
  HtmlEntry entry{.html = html_breakable(value.text), .sort_key = value.number, .number = numeric};
  if (value.cells.empty()) return entry;
  entry.html = base::format("<a href=\"#{}\">{}</a>", anchors.at(value.cells.front()), entry.html);
  if (value.links == Links::every) entry.html += " " + seed_links(value.cells, anchors);
  return entry;
}

/// Whether any line has a number in the column.
bool is_numeric(const Sheet& sheet, std::size_t column) {
  return std::ranges::any_of(
      sheet.lines, [column](const SheetLine& line) { return line.values[column].number.has_value(); });
}

HtmlTable table_of(const Sheet& sheet, const std::string& caption, const CellAnchors& anchors) {
  HtmlTable table{.caption = caption, .columns = sheet.label_names, .rows = {}};
  if (sheet.has_kinds()) table.columns.emplace_back("of");
  table.columns.insert(table.columns.end(), sheet.value_names.begin(), sheet.value_names.end());
  std::vector<bool> numeric;
  for (std::size_t i = 0; i < sheet.value_names.size(); ++i) numeric.push_back(is_numeric(sheet, i));
  for (const SheetLine& line : sheet.lines) {
    HtmlRow& row = table.rows.emplace_back();
    row.below = !line.kind.empty();
    for (const std::string& label : line.labels) row.entries.push_back(text_entry(row.below ? "" : label));
    if (sheet.has_kinds()) row.entries.push_back(text_entry(row.below ? line.kind : "ours"));
    for (std::size_t i = 0; i < line.values.size(); ++i) {
      row.entries.push_back(value_entry(line.values[i], numeric[i], anchors));
    }
  }
  return table;
}

/// Sheets, facts and notes.
std::string document_part(const Document& document, const CellAnchors& anchors) {
  std::string text;
  for (const Sheet& sheet : document.sheets) {
    text += html_table(table_of(sheet, sheet.title.empty() ? document.title : sheet.title, anchors));
  }
  return text + html_list(document.facts, "facts") + html_list(document.notes, "notes");
}

HtmlEntry epoch_entry(const Cell& cell) {
  const std::int64_t epoch = best_epoch(cell);
  if (epoch < 0) return number_entry("-", {});
  return number_entry(std::to_string(epoch), static_cast<double>(epoch));
}

HtmlEntry tau_entry(const Cell& cell) {
  if (!has_tau(cell)) return number_entry("-", {});
  const char* where = cell.view->run->test_serves_as_validation ? " (chosen on test)" : "";
  return number_entry(base::format("{:.3g}{}", cell.record->tau.chosen, where), cell.record->tau.chosen);
}

HtmlEntry digest_entry(const Cell& cell) {
  constexpr std::size_t kShown = 12;
  const std::string digest = cell.record == nullptr ? "" : cell.record->training.weights_digest;
  return {.html = base::format("<code class=\"digest\" title=\"{}\">{}</code>", html_text(digest),
                               html_text(digest.substr(0, kShown)))};
}

/// One row a cell.
std::string cells_part(const report::Results& results, const CellAnchors& anchors) {
  HtmlTable table{.caption = "One row a cell: top-1 test accuracy in percent", .columns = {}, .rows = {}};
  for (const auto& [name, text] : columns_of(report::Method{})) table.columns.emplace_back(name);
  table.columns.emplace_back("seed");
  for (const report::AccuracyName& accuracy : report::accuracy_names()) {
    table.columns.emplace_back(accuracy.name);
  }
  table.columns.insert(table.columns.end(), {"best epoch", "tau", "configuration", "status", "weights"});
  for (const Cell& cell : results.cells()) {
    HtmlRow& row = table.rows.emplace_back();
    row.anchor = anchors.at(&cell);
    for (const auto& [name, text] : columns_of(cell.key)) row.entries.push_back(text_entry(text));
    row.entries.push_back(number_entry(std::to_string(cell.key.seed), static_cast<double>(cell.key.seed)));
    for (const report::AccuracyName& accuracy : report::accuracy_names()) {
      const std::optional<double> percent = cell.accuracy.*accuracy.member;
      row.entries.push_back(number_entry(percent ? base::format("{:.2f}", *percent) : "-", percent));
    }
    const auto record = static_cast<std::size_t>(cell.view - results.runs().data());
    const std::string link = html_link(record_anchor(record), base::format("record {}", record + 1));
    row.entries.insert(row.entries.end(), {epoch_entry(cell),
                                           tau_entry(cell),
                                           {.html = link, .sort_key = static_cast<double>(record)},
                                           text_entry(status_of(cell)),
                                           digest_entry(cell)});
  }
  return html_section("cells", "Cells") + html_table(table);
}

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
    const report::Figure& figure = picture.figure;
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
      "href=\"data:,\">\n<style>\n{}</style>\n</head>\n",
      html_text(title), kPageFiles[0].second);
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

std::string to_html(const std::vector<report::Table>& tables, const report::Results& results,
                    const Illustrations& illustrations) {
  std::vector<Document> documents;
  for (const report::Table& table : tables) documents.push_back(document_of(table));
  check_size(documents);
  const std::vector<RunView>& views = results.runs();
  const CellAnchors anchors = anchors_of(results.cells());
  const std::string subject = subject_of(views);
  std::string text = head_of(subject);
  text += base::format("<body>\n<h1>{}</h1>\n", html_text(subject));
  text += contents(documents, illustrations.pictures) + html_list(illustrations.notes, "notes");
  for (std::size_t i = 0; i < documents.size(); ++i) {
    text += html_section(table_anchor(i), documents[i].name) + document_part(documents[i], anchors);
  }
  text += figures_part(illustrations.pictures) + cells_part(results, anchors);
  text += configurations_part(views) + environment_part(views);
  return text + base::format("<script>\n{}</script>\n</body>\n</html>\n", kPageFiles[1].second);
}

}  // namespace ltr::render
