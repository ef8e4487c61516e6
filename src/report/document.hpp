// SPDX-License-Identifier: Apache-2.0
// A table as texts in their places, which every printed format renders in its own marks; for the sources of
// this room only.
#pragma once

#include <string>
#include <vector>

#include "report/table_model.hpp"

namespace ltr::report {

/// One line of a grid of texts.
struct SheetLine {
  std::vector<std::string> labels;  ///< of the row, one for each of Sheet::label_names
  std::string kind;                 ///< "" for what was measured; else what stands below it
  std::vector<std::string> values;  ///< one for each of Sheet::value_names

  /// All labels but the last, which make a heading where there is one column of labels; "" if there are none.
  [[nodiscard]] std::string heading() const;
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
  std::string title;
  std::vector<std::string> facts;
  std::vector<Sheet> sheets;
  std::vector<std::string> notes;  ///< of sources, verdicts and gaps
};

[[nodiscard]] Document layout(const Table& table);

[[nodiscard]] std::string to_text(const Document& document);
[[nodiscard]] std::string to_markdown(const Document& document);
/// For an article that has \usepackage{booktabs}, UTF-8 as LaTeX takes it since 2018.
[[nodiscard]] std::string to_latex(const Document& document);

/// One line a value, with all digits, below a line of names; then the differences likewise.
[[nodiscard]] std::string to_csv(const Table& table);

[[nodiscard]] std::string_view name_of(Verdict verdict);

}  // namespace ltr::report
