// SPDX-License-Identifier: Apache-2.0
#include "report/table.hpp"

#include "base/check.hpp"
#include "base/format.hpp"
#include "report/cell_list.hpp"
#include "report/document.hpp"

namespace ltr::report {
namespace {
std::string render(const Table& table, Format format) {
  switch (format) {
    case Format::text:
      return to_text(layout(table));
    case Format::markdown:
      return to_markdown(layout(table));
    case Format::latex:
      return to_latex(layout(table));
    case Format::csv:
      break;
  }
  return to_csv(table);
}
}  // namespace

std::string render(const std::vector<record::RunRecord>& runs, const Request& request) {
  LTR_EXPECT(!runs.empty());
  const std::vector<RunView> views = views_of(runs);
  if (request.format == Format::csv && request.tables.empty()) return cell_list(cells_of(views));
  std::vector<std::string> texts;
  for (const std::string& name : request.tables.empty() ? default_tables(views) : request.tables) {
    texts.push_back(render(make_table(table_kind(name), views, request.options), request.format));
  }
  return base::join(texts, "\n");
}

std::string list_tables() {
  std::string text;
  for (const TableKind& kind : table_kinds()) text += base::format("  {:<9} {}\n", kind.name, kind.help);
  return text;
}

}  // namespace ltr::report
