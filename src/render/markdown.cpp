// SPDX-License-Identifier: Apache-2.0
#include <span>

#include "base/format.hpp"
#include "render/document.hpp"

namespace ltr::render {
namespace {
/// Characters that would end a cell or begin markup.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (std::string_view("|\\`*_<>[]~#&").find(c) != std::string_view::npos) result += '\\';
    result += c == '\n' || c == '\r' ? ' ' : c;
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

void add_escaped(const std::vector<std::string>& texts, std::vector<std::string>& cells) {
  for (const std::string& text : texts) cells.push_back(escaped(text));
}

std::string table_of(const Sheet& sheet) {
  std::vector<std::string> names;
  add_escaped(sheet.label_names, names);
  if (sheet.has_kinds()) names.emplace_back("of");
  std::vector<std::string> rules(names.size(), "---");
  add_escaped(sheet.value_names, names);
  rules.resize(names.size(), "---:");
  std::string text = line_of(names) + line_of(rules);
  for (const SheetLine& line : sheet.lines) {
    std::vector<std::string> cells;
    add_escaped(line.labels, cells);
    if (sheet.has_kinds()) cells.push_back(line.kind.empty() ? "ours" : escaped(line.kind));
    add_escaped(line.texts(), cells);
    text += line_of(cells);
  }
  return text;
}
}  // namespace

std::string to_markdown(const Document& document) {
  std::string text = base::format("**{}**\n", escaped(document.title));
  for (const Sheet& sheet : document.sheets) {
    text +=
        "\n" + (sheet.title.empty() ? "" : base::format("{}\n\n", escaped(sheet.title))) + table_of(sheet);
  }
  text += "\n" + list_of(document.facts);
  if (!document.notes.empty()) text += "\n" + list_of(document.notes);
  return text;
}

}  // namespace ltr::render
