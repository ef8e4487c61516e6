// SPDX-License-Identifier: Apache-2.0
// Pieces of a page.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ltr::render {

/// Text as it is shown: nothing in it is markup. Good within quotes of an attribute too.
[[nodiscard]] std::string html_text(std::string_view text);

/// A name that links lead to: letters, digits, '-', '_', '.' stay, all others become their code, so that
/// different texts give different anchors.
[[nodiscard]] std::string html_anchor(std::string_view text);

[[nodiscard]] std::string html_link(std::string_view anchor, std::string_view text);

/// Text that may break after an underscore, as long names have them, and whose deviations stay with their
/// sign.
[[nodiscard]] std::string html_breakable(std::string_view text);

/// A heading that links lead to.
[[nodiscard]] std::string html_section(std::string_view anchor, std::string_view title);
/// "" for no items.
[[nodiscard]] std::string html_list(const std::vector<std::string>& items, std::string_view kind);

/// An entry of a table.
struct HtmlEntry {
  std::string html;                  ///< what is shown, escaped by who made it
  std::optional<double> sort_key{};  ///< empty: sorted by the text that is shown
  bool number = false;               ///< stands to the right; sorts last where it has no key
};

struct HtmlRow {
  std::string anchor{};  ///< "": none
  bool below = false;    ///< of what the row above tells, with which it stays when the table is sorted
  std::vector<HtmlEntry> entries{};
};

struct HtmlTable {
  std::string caption;
  std::vector<std::string> columns;
  std::vector<HtmlRow> rows;
};

/// A table whose column heads are buttons that sort it.
[[nodiscard]] std::string html_table(const HtmlTable& table);

/// An SVG document as an element of a page: without what stands before the root, its names of parts made its
/// own by `prefix`, as wide as the page allows, described by `title`.
[[nodiscard]] std::string inline_svg(std::string_view svg, std::string_view prefix, std::string_view title);

}  // namespace ltr::render
