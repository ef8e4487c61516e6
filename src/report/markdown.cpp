// SPDX-License-Identifier: Apache-2.0
#include <span>

#include "base/format.hpp"
#include "report/grid_table.hpp"

namespace ltr::report {
namespace {
/// Characters that would end a cell or begin markup.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (std::string_view("|\\`*_<>[]").find(c) != std::string_view::npos) result += '\\';
    result += c == '\n' ? ' ' : c;
  }
  return result;
}

std::string line_of(std::span<const std::string> cells) {
  return base::format("| {} |\n", base::join(cells, " | "));
}

std::string list_of(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += base::format("- {}\n", escaped(item));
  return text;
}
}  // namespace

std::string to_markdown(const GridTable& table) {
  std::vector<std::string> names{"sampling", "learning", "n"};
  std::vector<std::string> rules{"---", "---", "---:"};
  for (const AccuracyColumn& column : kAccuracyColumns) {
    names.emplace_back(column.name);
    rules.emplace_back("---:");
  }
  std::string text = base::format("**{}**\n\n{}{}", escaped(table.title), line_of(names), line_of(rules));
  for (const Block& block : table.blocks) {
    for (const Row& row : block.rows) {
      std::vector<std::string> cells{escaped(block.sampling), escaped(row.learning),
                                     std::to_string(row.seeds)};
      cells.insert(cells.end(), row.accuracy.begin(), row.accuracy.end());
      text += line_of(cells);
    }
  }
  text += "\n" + list_of(table.facts);
  if (!table.gaps.empty()) text += "\n" + list_of(table.gaps);
  return text;
}

}  // namespace ltr::report
