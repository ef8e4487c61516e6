// SPDX-License-Identifier: Apache-2.0
// Names, paths and messages as a terminal may show them.
#pragma once

#include <string>
#include <string_view>

namespace ltr::base {

/// `text` on one line, without what would steer a terminal or reorder what is read: control characters (as
/// \n, \t, \r, \x1b), line separators and bidirectional marks (as \u202e), and bytes that are not UTF-8 (as
/// \xff). All other characters stay; so does a backslash, and printable text is returned as it is.
[[nodiscard]] std::string printable(std::string_view text);

/// printable of each line of `text`, which keeps its line ends: for messages composed of several lines.
[[nodiscard]] std::string printable_lines(std::string_view text);

}  // namespace ltr::base
