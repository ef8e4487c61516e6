// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/format.hpp"
#include "report/grid_table.hpp"

namespace ltr::report {
namespace {
using Line = std::vector<std::string>;

/// Places a text takes on the screen: UTF-8 continuation bytes take none.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

/// Columns padded to equal width, the first to the left and the others to the right; an empty line stays
/// empty.
std::string aligned(const std::vector<Line>& lines) {
  std::vector<std::size_t> widths;
  for (const Line& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width(line[i]));
  }
  std::string text;
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string padding(widths[i] - width(line[i]), ' ');
      text += i == 0 ? line[i] + (line.size() > 1 ? padding : "") : "  " + padding + line[i];
    }
    text += "\n";
  }
  return text;
}

Line line_of(const Row& row) {
  Line line{base::format("  {}", row.learning), std::to_string(row.seeds)};
  line.insert(line.end(), row.accuracy.begin(), row.accuracy.end());
  return line;
}
}  // namespace

std::string to_text(const GridTable& table) {
  Line names{"", "n"};
  for (const AccuracyColumn& column : kAccuracyColumns) names.emplace_back(column.name);
  std::vector<Line> lines{names};
  for (const Block& block : table.blocks) {
    lines.push_back({std::string(block.sampling)});
    std::ranges::transform(block.rows, std::back_inserter(lines), line_of);
  }
  std::string text = table.title + "\n";
  for (const std::string& fact : table.facts) text += "  " + fact + "\n";
  text += "\n" + aligned(lines);
  if (!table.gaps.empty()) text += "\n";
  for (const std::string& gap : table.gaps) text += gap + "\n";
  return text;
}

}  // namespace ltr::report
