// SPDX-License-Identifier: Apache-2.0
// Tables and cells as parts of the page; for the sources of this room only.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "report/cells.hpp"
#include "report/document.hpp"
#include "report/html_element.hpp"

namespace ltr::report {

/// Where each cell stands in the page's list of cells.
class CellAnchors {
 public:
  explicit CellAnchors(const std::vector<Cell>& cells);

  /// Of cells[i].
  [[nodiscard]] const std::string& at(std::size_t i) const { return anchors_[i]; }
  [[nodiscard]] const std::string& of(const record::CellRecord* cell) const { return of_record_.at(cell); }

 private:
  std::vector<std::string> anchors_;
  std::map<const record::CellRecord*, std::string> of_record_;
};

/// A heading that links lead to.
[[nodiscard]] std::string html_section(std::string_view anchor, std::string_view title);
/// "" for no items.
[[nodiscard]] std::string html_list(const std::vector<std::string>& items, std::string_view kind);

/// Sheets, facts and notes.
[[nodiscard]] std::string html_document(const Document& document, const CellAnchors& anchors);

/// One row a cell; `record_anchors` are of the records, in the order of `views`, which the cells are of.
[[nodiscard]] std::string html_cells(const std::vector<Cell>& cells, const CellAnchors& anchors,
                                     const std::vector<RunView>& views,
                                     const std::vector<std::string>& record_anchors);

}  // namespace ltr::report
