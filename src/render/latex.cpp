// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <span>
#include <utility>

#include "base/format.hpp"
#include "render/document.hpp"

namespace ltr::render {
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

/// A line of a tabular. Its first cell may begin with a bracket, which the end of the line before would read
/// as its argument.
std::string line_of(std::string_view label, std::span<const std::string> values) {
  std::string text = "{}" + std::string(label);
  for (const std::string& value : values) text += " & " + escaped(value);
  return text + " \\\\\n";
}

std::string tabular_of(const Sheet& sheet) {
  const std::string columns = "l" + std::string(sheet.value_names.size(), 'r');
  std::string text = base::format("\\begin{{tabular}}{{{}}}\n\\toprule\n{}\\midrule\n", columns,
                                  line_of(escaped(sheet.label_names.back()), sheet.value_names));
  const std::string_view indent = sheet.label_names.size() > 1 ? "\\quad " : "";
  std::string open;
  for (const SheetLine& line : sheet.lines) {
    if (line.heading() != open) {
      text += base::format("\\multicolumn{{{}}}{{l}}{{{}}} \\\\\n", columns.size(), escaped(line.heading()));
    }
    open = line.heading();
    const std::string label =
        line.kind.empty() ? escaped(line.labels.back()) : "\\quad " + escaped(line.kind);
    text += line_of(std::string(indent) + label, line.texts());
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
  std::string text = base::format(
      "\\begin{{table}}\n\\centering\n\\caption{{{}}}\n\\footnotesize\\setlength{{\\tabcolsep}}{{4pt}}\n",
      escaped(document.title));
  for (const Sheet& sheet : document.sheets) {
    if (!sheet.title.empty())
      text += base::format("\\par\\medskip\n{}\\par\\smallskip\n", escaped(sheet.title));
    text += tabular_of(sheet);
  }
  text += "\\par\\smallskip\n{\\raggedright\n";
  text += paragraphs_of(document.facts) + paragraphs_of(document.notes);
  return text + "}\n\\end{table}\n";
}

}  // namespace ltr::render
