// SPDX-License-Identifier: Apache-2.0
// Paths as people type them.
#pragma once

#include <string>
#include <string_view>

namespace ltr::base {

/// `path` with what a shell expands at its head: "~" or "~/" is the home folder, "$NAME" or "${NAME}" a
/// variable of the environment. All other paths are returned as they are; "./" in front of a name keeps it.
/// Throws: ConfigError naming the variable if it is not set or empty, and for "~user".
[[nodiscard]] std::string expanded_path(std::string_view path);

}  // namespace ltr::base
