// SPDX-License-Identifier: Apache-2.0
// Tables and cells for programs: RFC 4180 but for line ends, which are "\n".
#pragma once

#include <optional>
#include <span>
#include <string>

#include "report/table.hpp"

namespace ltr::render {

/// `fields` as one line, quoted where they must be, ended by "\n". A field that a spreadsheet would take for
/// a formula, and that is no number, gets a single quote before it.
[[nodiscard]] std::string csv_line(std::span<const std::string> fields);

/// The shortest digits that read back as the same number; nothing where nothing was measured.
[[nodiscard]] std::string csv_number(const std::optional<double>& value);

/// One line a value, with all digits, below a line of names; then the differences likewise.
[[nodiscard]] std::string to_csv(const report::Table& table);

/// One line a cell, below a line of names.
[[nodiscard]] std::string to_csv(const report::CellList& cells);

}  // namespace ltr::render
