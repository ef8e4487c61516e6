// SPDX-License-Identifier: Apache-2.0
#include "report/table.hpp"

#include "base/check.hpp"
#include "base/format.hpp"
#include "report/cell_list.hpp"
#include "report/document.hpp"
#include "report/html.hpp"

namespace ltr::report {
namespace {
std::string render(const Table& table, Format format) {
  switch (format) {
    case Format::markdown:
      return to_markdown(layout(table));
    case Format::latex:
      return to_latex(layout(table));
    case Format::csv:
      return to_csv(table);
    case Format::text:
    case Format::html:
      break;
  }
  return to_text(layout(table));
}

std::string render(const std::vector<Table>& tables, const std::vector<RunView>& views,
                   const Request& request) {
  if (request.format == Format::html) {
    std::vector<Document> documents;
    for (const Table& table : tables) documents.push_back(layout(table));
    return to_html(documents, views, request.illustrations);
  }
  std::vector<std::string> texts;
  for (const Table& table : tables) texts.push_back(render(table, request.format));
  return base::join(texts, "\n");
}
}  // namespace

std::string render(const std::vector<record::RunRecord>& runs, const Request& request) {
  LTR_EXPECT(!runs.empty());
  const std::vector<RunView> views = views_of(runs, request.files);
  if (request.format == Format::csv && request.tables.empty()) return cell_list(listed_cells_of(views));
  std::vector<Table> tables;
  for (const std::string& name : request.tables.empty() ? default_tables(views) : request.tables) {
    tables.push_back(make_table(table_kind(name), views, request.options));
  }
  return render(tables, views, request);
}

std::string list_tables() {
  std::string text;
  for (const TableKind& kind : table_kinds()) text += base::format("  {:<9} {}\n", kind.name, kind.help);
  return text;
}

}  // namespace ltr::report
