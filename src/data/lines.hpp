// SPDX-License-Identifier: Apache-2.0
// Text files cut into numbered lines, whatever system wrote them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace ltr::data {

/// One line without its end and without blanks at its end.
struct Line {
  std::string_view text;
  std::int64_t number = 0;   ///< from 1
  bool windows_end = false;  ///< ended in CR LF
  bool cut_off = false;      ///< the last one, without a newline
};

/// The lines of `text`, which must outlive them.
[[nodiscard]] std::vector<Line> lines_of(std::string_view text);

}  // namespace ltr::data
