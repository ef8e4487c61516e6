// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <span>
#include <utility>

#include "base/format.hpp"
#include "report/document.hpp"

namespace ltr::report {
namespace {
constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kEscapes{{
    {"\\", "\\textbackslash{}"},
    {"{", "\\{"},
    {"}", "\\}"},
    {"&", "\\&"},
    {"%", "\\%"},
    {"$", "\\$"},
    {"#", "\\#"},
    {"_", "\\_"},
    {"~", "\\textasciitilde{}"},
    {"^", "\\textasciicircum{}"},
    {"<", "$<$"},
    {">", "$>$"},
    {"|", "$|$"},
    {"\"", "''"},
    {"±", "$\\pm$"},
    {"\n", " "},
}};

std::string escaped(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    std::size_t taken = 0;
    for (const auto& [from, to] : kEscapes) {
      if (!text.starts_with(from)) continue;
      result += to;
      taken = from.size();
      break;
    }
    if (taken == 0) {
      result += text.front();
      taken = 1;
    }
    text.remove_prefix(taken);
  }
  return result;
}

std::string line_of(std::span<const std::string> cells) {
  std::vector<std::string> texts;
  for (const std::string& cell : cells) texts.push_back(escaped(cell));
  // A first cell that begins with a bracket would be read as an argument of the line's end before it.
  return base::format("{{}}{} \\\\\n", base::join(texts, " & "));
}

std::string tabular_of(const Sheet& sheet) {
  std::vector<std::string> names = sheet.label_names;
  if (sheet.has_kinds()) names.emplace_back("of");
  const std::string columns = std::string(names.size(), 'l') + std::string(sheet.value_names.size(), 'r');
  names.insert(names.end(), sheet.value_names.begin(), sheet.value_names.end());
  std::string text =
      base::format("\\begin{{tabular}}{{{}}}\n\\toprule\n{}\\midrule\n", columns, line_of(names));
  for (const SheetLine& line : sheet.lines) {
    std::vector<std::string> cells = line.labels;
    if (sheet.has_kinds()) cells.push_back(line.kind.empty() ? "ours" : line.kind);
    cells.insert(cells.end(), line.values.begin(), line.values.end());
    text += line_of(cells);
  }
  return text + "\\bottomrule\n\\end{tabular}\n";
}

std::string paragraphs_of(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) text += escaped(sentence) + "\\par\n";
  return text;
}
}  // namespace

std::string to_latex(const Document& document) {
  std::string text =
      base::format("\\begin{{table}}\n\\centering\n\\caption{{{}}}\n", escaped(document.title));
  for (const Sheet& sheet : document.sheets) {
    if (!sheet.title.empty())
      text += base::format("\\par\\medskip\n{}\\par\\smallskip\n", escaped(sheet.title));
    text += tabular_of(sheet);
  }
  text += "\\par\\smallskip\n{\\footnotesize\\raggedright\n";
  text += paragraphs_of(document.facts) + paragraphs_of(document.notes);
  return text + "}\n\\end{table}\n";
}

}  // namespace ltr::report
