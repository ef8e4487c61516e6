// SPDX-License-Identifier: Apache-2.0
// Characters of a text in UTF-8, and the columns they take on a terminal.
#pragma once

#include <cstddef>
#include <string_view>

namespace ltr::base {

/// One character at the head of a text; of bytes that are not UTF-8, one byte.
struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

/// Of a text that is not empty. Overlong forms, surrogates and codes beyond U+10FFFF are invalid.
[[nodiscard]] Character first_character(std::string_view text);

/// Columns that a printable text takes on a terminal: two for a wide character, none for one that joins the
/// character before it.
[[nodiscard]] std::size_t display_columns(std::string_view text);

/// The head of a printable text that takes at most `columns`, never half a character.
[[nodiscard]] std::string_view head_of_columns(std::string_view text, std::size_t columns);

}  // namespace ltr::base
