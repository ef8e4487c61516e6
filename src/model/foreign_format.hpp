// SPDX-License-Identifier: Apache-2.0
// Files that people take for weights and that are something else, known by their first bytes.
#pragma once

#include <cstddef>
#include <string_view>

namespace ltr::model {

struct ForeignFormat {
  std::string_view magic;   ///< its first bytes, or the first word of a text, in small letters
  std::string_view what;    ///< "is a ...", for a message
  std::string_view remedy;  ///< how to come by a safetensors file
};

/// As many first bytes as foreign_format looks at.
inline constexpr std::size_t kMostMagicBytes = 64;

/// What a file is that begins with `bytes`, or null if that is not known.
[[nodiscard]] const ForeignFormat* foreign_format(std::string_view bytes);

}  // namespace ltr::model
