// SPDX-License-Identifier: Apache-2.0
#include "data/image_set.hpp"

#include <string>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text_file.hpp"
#include "data/json_list.hpp"

namespace ltr::data {
namespace {

bool is_json(const std::filesystem::path& file, std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return file.extension() == ".json" || (first != std::string_view::npos && text[first] == '{');
}

}  // namespace

ImageSet read_image_set(const std::filesystem::path& list, const std::filesystem::path& root,
                        const std::optional<ExpectedClasses>& expected, FolderOrder order) {
  if (order == FolderOrder::numbers && (!list.empty() || (expected && !expected->names.empty()))) {
    throw base::ConfigError(
        base::format("--numeric-order sorts the class folders of --root, but the labels are those of {}; "
                     "leave the option out",
                     list.empty() ? "the training pack" : "the list"));
  }
  if (list.empty()) {
    if (root.empty()) {
      throw base::ConfigError(
          "neither --list nor --root is given; there are no images to take; name a list, or with --root a "
          "folder that has a folder for each class");
    }
    return {read_class_folders(root, expected, order), root};
  }
  if (std::filesystem::is_directory(list)) {
    throw base::ConfigError(base::format(
        "--list '{}' is a folder; a list is a file of labels; for a folder that has a folder for "
        "each class give it as --root alone",
        list.string()));
  }
  const std::string text = base::read_text_file(list);
  ImageList read =
      is_json(list, text)
          ? parse_json_list(text, list.string(), expected)
          : parse_list(text, list.string(), expected ? std::optional(expected->classes) : std::nullopt);
  return {std::move(read), root.empty() ? list.parent_path() : root};
}

}  // namespace ltr::data
