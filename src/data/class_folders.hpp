// SPDX-License-Identifier: Apache-2.0
// A folder per class: the form in which most image collections lie on disk.
#pragma once

#include <filesystem>
#include <optional>

#include "data/list.hpp"

namespace ltr::data {

/// How class folders are sorted: by bytes ("10" before "2"), or by the numbers that all must be named by.
enum class FolderOrder { text, numbers };

/// The images of `root`'s sub-folders, which are the classes: sorted and numbered from 0, or looked up by
/// name where the expected classes have names. Images keep the order of their sorted paths, which are
/// relative to `root`; a folder inside a class belongs to the class. Hidden files and folders are passed
/// over, and so, with a note, are files beside the class folders. Notes say where numbers are not the labels,
/// where names differ in letter case alone, and where all images lie deeper. Throws: DataError naming what is
/// neither a file nor a folder (never opened), a class that the training set does not have or has twice, a
/// class without images in a training set, folders of splits (train, val) instead of classes, no class at
/// all, a name that is no number though numbers are to order them.
[[nodiscard]] ImageList read_class_folders(const std::filesystem::path& root,
                                           const std::optional<ExpectedClasses>& expected,
                                           FolderOrder order = FolderOrder::text);

}  // namespace ltr::data
