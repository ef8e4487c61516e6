// SPDX-License-Identifier: Apache-2.0
// Comma-separated fields as RFC 4180 has them; for the sources of this room only.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ltr::report {

/// `fields` as one line, quoted where they must be, ended by "\n". A field that a spreadsheet would take for
/// a formula, and that is no number, gets a single quote before it.
[[nodiscard]] std::string csv_line(std::span<const std::string> fields);

/// The shortest digits that read back as the same number; nothing where nothing was measured.
[[nodiscard]] std::string csv_number(const std::optional<double>& value);

/// The fields of one line, without its end. A quoted field must end on its line.
/// Throws: DataError that begins with what is wrong, without the line's place.
[[nodiscard]] std::vector<std::string> csv_fields(std::string_view line);

}  // namespace ltr::report
