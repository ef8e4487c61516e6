// SPDX-License-Identifier: Apache-2.0
// What classes are called, and whether two sources that name them mean the same labels.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "data/list.hpp"

namespace ltr::data {

/// What the list itself calls its classes: its class names; else the folder that holds all of a class's
/// images and no other class's. "" where it names none. Shape: [K].
[[nodiscard]] std::vector<std::string> own_class_names(const ImageList& list);

/// The list's own names; where any class has none, "class_0", "class_1", ... Shape: [K].
[[nodiscard]] std::vector<std::string> class_names_of(const ImageList& list);

/// One name a line; a line "n01440764 tench" names its class "n01440764 tench".
/// Throws: DataError if there are not as many names as classes, with an image that has none; or if one is
/// empty.
[[nodiscard]] std::vector<std::string> read_class_names(const std::filesystem::path& path,
                                                        const ImageList& list);

/// A list, a pack or a file of names, and what it calls class 0, 1, ...: "" where it does not say.
struct NamedClasses {
  std::string source;
  std::vector<std::string> names;
};

/// A name that only one of them has may be a translation and is let pass.
/// Throws: DataError if two sources give one name two labels, with name, labels and sources.
void require_same_labels(std::span<const NamedClasses> sources);

/// "" or, of names that several classes have, a warning with an example.
[[nodiscard]] std::string repeated_name(const NamedClasses& classes);

}  // namespace ltr::data
