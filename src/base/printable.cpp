// SPDX-License-Identifier: Apache-2.0
#include "base/printable.hpp"

#include "base/format.hpp"
#include "base/utf8.hpp"

namespace ltr::base {
namespace {

bool is_control(char32_t code) { return code < 0x20 || (code >= 0x7F && code <= 0x9F); }

/// Marks that end a line, turn the direction of reading, or are a byte order mark.
bool reorders(char32_t code) {
  return code == 0x061C || code == 0x200E || code == 0x200F || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

std::string escaped(const Character& character, std::string_view bytes) {
  if (!character.valid) return format("\\x{:02x}", static_cast<unsigned char>(bytes[0]));
  switch (character.code) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return format(character.code < 0x80 ? "\\x{:02x}" : "\\u{:04x}",
                    static_cast<std::uint64_t>(character.code));
  }
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    const std::string_view bytes = text.substr(0, character.bytes);
    if (!character.valid || is_control(character.code) || reorders(character.code)) {
      result += escaped(character, bytes);
    } else {
      result += bytes;
    }
    text.remove_prefix(character.bytes);
  }
  return result;
}

std::string printable_lines(std::string_view text) {
  std::string result;
  for (;;) {
    const std::size_t end = text.find('\n');
    result += printable(text.substr(0, end));
    if (end == std::string_view::npos) return result;
    result += '\n';
    text.remove_prefix(end + 1);
  }
}

}  // namespace ltr::base
