// SPDX-License-Identifier: Apache-2.0
#include "report/table.hpp"

#include "base/check.hpp"
#include "report/cells.hpp"
#include "report/grid_table.hpp"

namespace ltr::report {

std::string render(const std::vector<record::RunRecord>& runs, Format format) {
  LTR_EXPECT(!runs.empty());
  switch (format) {
    case Format::text:
      return to_text(grid_table(runs));
    case Format::markdown:
      return to_markdown(grid_table(runs));
    case Format::csv:
      break;
  }
  return to_csv(cells_of(runs));
}

}  // namespace ltr::report
