// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/utf8.hpp"
#include "render/document.hpp"

namespace ltr::render {
namespace {
using Line = std::vector<std::string>;

/// Columns padded to equal width, the first to the left and the others to the right, without blanks at the
/// end.
std::string aligned(const std::vector<Line>& lines) {
  std::vector<std::size_t> widths;
  for (const Line& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], base::display_columns(line[i]));
  }
  std::string text;
  for (const Line& line : lines) {
    std::string row;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string padding(widths[i] - base::display_columns(line[i]), ' ');
      row += i == 0 ? line[i] + padding : "  " + padding + line[i];
    }
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
  return text;
}

/// All labels but the last are headings; what stands below a measured line is set in further.
std::string to_text(const Sheet& sheet) {
  Line names{""};
  names.insert(names.end(), sheet.value_names.begin(), sheet.value_names.end());
  std::vector<Line> lines{names};
  std::string open;
  const std::string indent(sheet.label_names.size() > 1 ? 2 : 0, ' ');
  for (const SheetLine& line : sheet.lines) {
    if (line.heading() != open) lines.push_back({line.heading()});
    open = line.heading();
    lines.push_back({indent + (line.kind.empty() ? line.labels.back() : "  " + line.kind)});
    for (const SheetValue& value : line.values) lines.back().push_back(value.text);
  }
  return aligned(lines);
}
}  // namespace

std::string to_text(const Document& document) {
  std::string text = document.title + "\n";
  for (const std::string& fact : document.facts) text += "  " + fact + "\n";
  for (const Sheet& sheet : document.sheets) {
    text += "\n" + (sheet.title.empty() ? "" : sheet.title + "\n") + to_text(sheet);
  }
  if (!document.notes.empty()) text += "\n";
  for (const std::string& note : document.notes) text += note + "\n";
  return text;
}

}  // namespace ltr::render
