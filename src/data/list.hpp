// SPDX-License-Identifier: Apache-2.0
// Lists of images with labels, and `path label` lines: the form in which ImageNet-LT, Places-LT and their kin
// are published.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/pack.hpp"

namespace ltr::data {

/// A list as read, whatever its form: entries in the order of the file, or of the sorted folders.
struct ImageList {
  std::string file;  ///< as messages name it
  std::string hash;  ///< git blob hash of the file, a byte order mark aside, or of the `path label` lines
                     ///< that the folders amount to
  std::vector<PackEntry> entries;  ///< lines have their numbers, other forms 0
  std::int32_t classes = 0;
  std::vector<std::string> class_names;  ///< where the form names them, [K]; else empty
  std::vector<std::string> notes;        ///< things accepted that a user should know of
};

/// The labels that a list must keep to: those of the training set.
struct ExpectedClasses {
  std::int32_t classes = 0;
  std::vector<std::string> names;  ///< [K], or empty where only their number is known
};

/// The entries as `path label` lines.
[[nodiscard]] std::string list_text(std::span<const PackEntry> entries);

/// Throws: DataError naming the first class without an image.
void require_image_of_every_class(const ImageList& list);

/// A path or name as a message may show it: short, and printable.
[[nodiscard]] std::string shown(std::string_view text);

/// Lines of a path, a space and a label 0..K-1; the label follows the last space, so paths may hold spaces.
/// Without `classes`, K is the largest label + 1 and every class must have an image (a training list); with
/// it, labels must be below and classes may be empty (validation, test). Throws: DataError naming file:line
/// for a missing, bad or gapped label, a path listed twice ("./a" is "a"), an empty list.
[[nodiscard]] ImageList parse_list(std::string_view text, std::string_view file,
                                   std::optional<std::int32_t> classes = std::nullopt);

/// parse_list of a file.
[[nodiscard]] ImageList read_list(const std::filesystem::path& path,
                                  std::optional<std::int32_t> classes = std::nullopt);

}  // namespace ltr::data
