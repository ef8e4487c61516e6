// SPDX-License-Identifier: Apache-2.0
// Paths as people type them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace ltr::base {

/// `path` with what a shell expands at its head: "~" or "~/" is the home folder, "$NAME" or "${NAME}" a
/// variable of the environment. All other paths are returned as they are; "./" in front of a name keeps it.
/// Throws: ConfigError naming the variable if it is not set or empty, and for "~user".
[[nodiscard]] std::string expanded_path(std::string_view path);

/// The folder of the files that are installed with this program, wherever its tree was moved: configs/ and
/// jobs/ are in it. Empty for a program that does not stand in an installed tree.
[[nodiscard]] std::filesystem::path installed_folder();

/// A file that comes with the suite, as "paper/table_1.toml": `path` itself where there is such a file or
/// where it is absolute; else that of the installed configs/, or of the folder above it. Throws: ConfigError
/// if it is nowhere; in a tree that is not installed, `path` is returned instead.
[[nodiscard]] std::string shipped_path(std::string_view path);

}  // namespace ltr::base
