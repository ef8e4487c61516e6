// SPDX-License-Identifier: Apache-2.0
// The images that a user points at, in whatever form they are listed.
#pragma once

#include <filesystem>
#include <optional>

#include "data/class_folders.hpp"
#include "data/list.hpp"

namespace ltr::data {

/// A list and the folder its paths are relative to.
struct ImageSet {
  ImageList list;
  std::filesystem::path root;
};

/// Without `list`, the class folders of `root`. With it, iNaturalist's JSON if the file is named so or begins
/// with a brace, else `path label` lines; an empty `root` is the list's own folder.
/// Throws: ConfigError if both are empty, `list` is a folder, or folders are to be ordered and their labels
/// are given already; DataError as the forms do.
[[nodiscard]] ImageSet read_image_set(const std::filesystem::path& list, const std::filesystem::path& root,
                                      const std::optional<ExpectedClasses>& expected,
                                      FolderOrder order = FolderOrder::text);

}  // namespace ltr::data
