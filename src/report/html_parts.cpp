// SPDX-License-Identifier: Apache-2.0
#include "report/html_parts.hpp"

#include <algorithm>
#include <set>
#include <span>

#include "base/format.hpp"
#include "report/measure.hpp"

namespace ltr::report {
namespace {
/// Long names may break after an underscore; a deviation stays with its sign.
std::string breakable(std::string_view text) {
  std::string html;
  for (const char c : html_text(text)) {
    html += c;
    if (c == '_') html += "<wbr>";
  }
  constexpr std::string_view kSign = "± ";
  for (std::size_t at = html.find(kSign); at != std::string::npos; at = html.find(kSign, at)) {
    html.replace(at, kSign.size(), "±\u00a0");
  }
  return html;
}

HtmlEntry text_entry(std::string_view text) { return {.html = breakable(text)}; }

HtmlEntry number_entry(std::string_view text, std::optional<double> key) {
  return {.html = breakable(text), .sort_key = key, .number = true};
}

/// "seeds 0, 1, 2", each linked to its cell.
std::string seed_links(const CellRecords& cells, const CellAnchors& anchors) {
  std::vector<std::string> links;
  for (const record::CellRecord* cell : cells) {
    links.push_back(html_link(anchors.of(cell), std::to_string(cell->seed)));
  }
  return base::format("<span class=\"seeds\">{} {}</span>", cells.size() == 1 ? "seed" : "seeds",
                      base::join(links, ", "));
}

HtmlEntry value_entry(const SheetValue& value, bool numeric, const CellAnchors& anchors) {
  HtmlEntry entry{.html = breakable(value.text), .sort_key = value.number, .number = numeric};
  if (value.cells.empty()) return entry;
  entry.html = base::format("<a href=\"#{}\">{}</a>", anchors.of(value.cells.front()), entry.html);
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

HtmlEntry epoch_entry(const Cell& cell) {
  const std::int64_t epoch = cell.status == CellStatus::complete ? best_epoch(cell) : -1;
  if (epoch < 0) return number_entry("-", {});
  return number_entry(std::to_string(epoch), static_cast<double>(epoch));
}

HtmlEntry tau_entry(const Cell& cell) {
  if (cell.status != CellStatus::complete || cell.learning != config::LearningKind::tau_normalized) {
    return number_entry("-", {});
  }
  const char* where = cell.view->run->test_serves_as_validation ? " (chosen on test)" : "";
  return number_entry(base::format("{:.3g}{}", cell.record->tau.chosen, where), cell.record->tau.chosen);
}

HtmlEntry digest_entry(const Cell& cell) {
  constexpr std::size_t kShown = 12;
  const std::string digest = cell.record == nullptr ? "" : cell.record->training.weights_digest;
  return {.html = base::format("<code class=\"digest\" title=\"{}\">{}</code>", html_text(digest),
                               html_text(digest.substr(0, kShown)))};
}
}  // namespace

CellAnchors::CellAnchors(const std::vector<Cell>& cells) {
  std::set<std::string> taken;
  for (const Cell& cell : cells) {
    const std::string name = "cell-" + html_anchor(cell.id);
    std::string anchor = name;
    // Several records may hold a cell of the same name; no name has "~" before a digit that is followed by
    // "-".
    for (std::size_t number = 2; !taken.insert(anchor).second; ++number) {
      anchor = base::format("{}~{}-", name, number);
    }
    if (cell.record != nullptr) of_record_.emplace(cell.record, anchor);
    anchors_.push_back(std::move(anchor));
  }
}

std::string html_section(std::string_view anchor, std::string_view title) {
  return base::format("<h2 id=\"{}\">{}</h2>\n", anchor, breakable(title));
}

std::string html_list(const std::vector<std::string>& items, std::string_view kind) {
  if (items.empty()) return {};
  std::string text = base::format("<ul class=\"{}\">\n", kind);
  for (const std::string& item : items) text += base::format("<li>{}</li>\n", html_text(item));
  return text + "</ul>\n";
}

std::string html_document(const Document& document, const CellAnchors& anchors) {
  std::string text;
  for (const Sheet& sheet : document.sheets) {
    text += html_table(table_of(sheet, sheet.title.empty() ? document.title : sheet.title, anchors));
  }
  return text + html_list(document.facts, "facts") + html_list(document.notes, "notes");
}

std::string html_cells(const std::vector<Cell>& cells, const CellAnchors& anchors,
                       const std::vector<RunView>& views, const std::vector<std::string>& record_anchors) {
  HtmlTable table{.caption = "One row a cell: top-1 test accuracy in percent",
                  .columns = {"sampling", "learning", "seed"},
                  .rows = {}};
  for (const AccuracyName& accuracy : accuracy_names()) table.columns.emplace_back(accuracy.name);
  table.columns.insert(table.columns.end(), {"best epoch", "tau", "configuration", "status", "weights"});
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Cell& cell = cells[i];
    HtmlRow& row = table.rows.emplace_back();
    row.anchor = anchors.at(i);
    row.entries = {text_entry(config::name_of(cell.sampling)), text_entry(config::name_of(cell.learning)),
                   number_entry(std::to_string(cell.seed), static_cast<double>(cell.seed))};
    for (const AccuracyName& accuracy : accuracy_names()) {
      const std::optional<double> percent = cell.accuracy.*accuracy.member;
      row.entries.push_back(number_entry(percent ? base::format("{:.2f}", *percent) : "-", percent));
    }
    const auto record = static_cast<std::size_t>(cell.view - views.data());
    const std::string link = html_link(record_anchors[record], base::format("record {}", record + 1));
    row.entries.insert(row.entries.end(), {epoch_entry(cell),
                                           tau_entry(cell),
                                           {.html = link, .sort_key = static_cast<double>(record)},
                                           text_entry(status_of(cell)),
                                           digest_entry(cell)});
  }
  return html_table(table);
}

}  // namespace ltr::report
