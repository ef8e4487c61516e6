// SPDX-License-Identifier: Apache-2.0
// Text files cut into numbered lines, whatever system wrote them.
#pragma once

#include <cstdint>
#include <string_view>

namespace ltr::data {

/// One line without its end and without blanks at its end.
struct Line {
  std::string_view text;
  std::int64_t number = 0;   ///< from 1
  bool windows_end = false;  ///< ended in CR LF
  bool cut_off = false;      ///< the last one, without a newline
};

/// The lines of a text, which must outlive them, one after the other: a list of millions is not held twice.
class Lines {
 public:
  explicit Lines(std::string_view text) : left_(text) {}
  /// Goes on to the next line; false at the end, where `line` stays as it was.
  [[nodiscard]] bool next(Line& line);

 private:
  std::string_view left_;
  std::int64_t number_ = 0;
};

}  // namespace ltr::data
