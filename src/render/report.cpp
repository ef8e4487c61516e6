// SPDX-License-Identifier: Apache-2.0
#include "render/report.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/format.hpp"
#include "render/csv.hpp"
#include "render/document.hpp"
#include "render/html.hpp"
#include "report/compatibility.hpp"

namespace ltr::render {
namespace {
using report::TableKind;

/// Throws: ConfigError if the request says how to compare strategies, and nothing of it compares any.
void check_comparison(const report::TableOptions& options, const std::vector<std::string>& tables) {
  const std::string option = options.against ? base::format("--against {}", config::name_of(*options.against))
                             : options.difference_of
                                 ? base::format("--differences {}", *options.difference_of)
                                 : "";
  const auto compares = [](const std::string& name) {
    return report::table_kind(name).compares_strategies();
  };
  if (std::ranges::any_of(tables, compares) || option.empty()) return;
  std::vector<std::string> names;
  for (const TableKind& kind : report::table_kinds()) {
    if (kind.compares_strategies()) names.emplace_back(kind.name);
  }
  throw base::ConfigError(
      base::format("{}: {} compares no strategies, so it would change nothing; leave it out, or add --table "
                   "with one of {}",
                   option, tables.empty() ? "the list of cells" : "--table " + base::join(tables, ", "),
                   base::join(names, ", ")));
}

std::string print(const report::Table& table, Format format) {
  switch (format) {
    case Format::markdown:
      return to_markdown(document_of(table));
    case Format::latex:
      return to_latex(document_of(table));
    case Format::csv:
      return to_csv(table);
    case Format::text:
    case Format::html:
      break;
  }
  return to_text(document_of(table));
}
}  // namespace

std::string print(const report::Results& results, const Request& request) {
  const bool cells_alone = request.format == Format::csv && request.tables.empty();
  std::vector<std::string> names = request.tables;
  if (names.empty() && !cells_alone) names = report::default_tables(results.runs());
  check_comparison(request.options, names);
  if (cells_alone) return to_csv(report::cells_once(results));
  std::vector<report::Table> tables;
  for (const std::string& name : names) {
    tables.push_back(report::make_table(report::table_kind(name), results, request.options));
  }
  if (request.format == Format::html) return to_html(tables, results, request.illustrations);
  std::vector<std::string> texts;
  for (const report::Table& table : tables) texts.push_back(print(table, request.format));
  return base::join(texts, "\n");
}

std::string list_tables() {
  std::string text;
  for (const TableKind& kind : report::table_kinds()) {
    text += base::format("  {:<9} {}\n", kind.name, kind.help);
  }
  return text;
}

}  // namespace ltr::render
