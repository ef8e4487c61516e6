// SPDX-License-Identifier: Apache-2.0
// `path label` lists: the form in which ImageNet-LT, Places-LT and their kin are published.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/pack.hpp"

namespace ltr::data {

/// A list as read: entries in file order, each with its line number.
struct ImageList {
  std::string file;  ///< as messages name it
  std::string hash;  ///< git blob hash of the file
  std::vector<PackEntry> entries;
  std::int32_t classes = 0;
  std::vector<std::string> notes;  ///< things accepted that a user should know of
};

/// Lines of a path, a space and a label 0..K-1; the label follows the last space, so paths may hold spaces.
/// Without `classes`, K is the largest label + 1 and every class must have an image (a training list); with
/// it, labels must be below and classes may be empty (validation, test). Throws: DataError naming file:line
/// for a missing, bad or gapped label, a path listed twice, an empty list.
[[nodiscard]] ImageList parse_list(std::string_view text, std::string_view file,
                                   std::optional<std::int32_t> classes = std::nullopt);

/// parse_list of a file.
[[nodiscard]] ImageList read_list(const std::filesystem::path& path,
                                  std::optional<std::int32_t> classes = std::nullopt);

/// Names from the folder that holds a class's images, where all of a class share one and no two classes do;
/// else "class_0", "class_1", ... Shape: [K].
[[nodiscard]] std::vector<std::string> class_names_of(const ImageList& list);

/// One name a line; a line "n01440764 tench" names its class "n01440764 tench".
/// Throws: DataError if there are not `classes` names or one is empty.
[[nodiscard]] std::vector<std::string> read_class_names(const std::filesystem::path& path,
                                                        std::int32_t classes);

}  // namespace ltr::data
