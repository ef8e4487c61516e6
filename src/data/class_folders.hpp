// SPDX-License-Identifier: Apache-2.0
// A folder per class: the form in which most image collections lie on disk.
#pragma once

#include <filesystem>
#include <optional>

#include "data/list.hpp"

namespace ltr::data {

/// The images of `root`'s sub-folders, which are the classes: sorted by bytes and numbered from 0, or looked
/// up by name where the expected classes have names. Images keep the order of their sorted paths, which are
/// relative to `root`; a folder inside a class belongs to the class. Hidden files and folders are passed
/// over, and so, with a note, are files beside the class folders. Throws: DataError naming what is neither a
/// file nor a folder (never opened), a class that the training set does not have, a class without images in a
/// training set, no class at all.
[[nodiscard]] ImageList read_class_folders(const std::filesystem::path& root,
                                           const std::optional<ExpectedClasses>& expected);

}  // namespace ltr::data
