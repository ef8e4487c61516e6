// SPDX-License-Identifier: Apache-2.0
// A table as texts in rows and columns, which every printed format renders in its own marks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/table.hpp"

namespace ltr::render {

/// What a format with links follows from a value: the first of its cells, or every one, by its seed.
enum class Links { first, every };

/// One text of a grid.
struct SheetValue {
  std::string text;
  std::optional<double> number{};  ///< what the text stands for, with all digits; empty if for none
  report::CellList cells{};        ///< that it is made of
  Links links = Links::first;
};

/// One line of a grid of texts.
struct SheetLine {
  std::vector<std::string> labels;  ///< of the row, one for each of Sheet::label_names
  std::string kind;                 ///< "" for what was measured; else what stands below it
  std::vector<SheetValue> values;   ///< one for each of Sheet::value_names

  /// All labels but the last, which make a heading where there is one column of labels; "" if there are none.
  [[nodiscard]] std::string heading() const;
  /// Of the values.
  [[nodiscard]] std::vector<std::string> texts() const;
};

/// Texts in columns: labels to the left, values to the right.
struct Sheet {
  std::string title;  ///< "" if the document's serves
  std::vector<std::string> label_names;
  std::vector<std::string> value_names;
  std::vector<SheetLine> lines;

  [[nodiscard]] bool has_kinds() const;
};

struct Document {
  std::string name;  ///< of the table
  std::string title;
  std::vector<std::string> facts;
  std::vector<Sheet> sheets;
  std::vector<std::string> notes;  ///< of sources, verdicts and gaps
};

[[nodiscard]] Document document_of(const report::Table& table);

[[nodiscard]] std::string to_text(const Document& document);
[[nodiscard]] std::string to_markdown(const Document& document);
/// For an article that has \usepackage{booktabs}, UTF-8 as LaTeX takes it since 2018.
[[nodiscard]] std::string to_latex(const Document& document);

[[nodiscard]] std::string_view name_of(report::Verdict verdict);

}  // namespace ltr::render
