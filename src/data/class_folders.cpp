// SPDX-License-Identifier: Apache-2.0
#include "data/class_folders.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/hash.hpp"

namespace ltr::data {
namespace {

constexpr std::string_view kForm = "each class is a folder of its images";

/// What a folder holds, hidden things left out; each sorted by bytes, so that every system agrees.
struct Contents {
  std::vector<std::string> folders;
  std::vector<std::string> files;
};

[[noreturn]] void refuse_kind(const std::filesystem::path& path, std::filesystem::file_type type) {
  const std::string_view what = type == std::filesystem::file_type::fifo        ? "a named pipe"
                                : type == std::filesystem::file_type::socket    ? "a socket"
                                : type == std::filesystem::file_type::not_found ? "a link to nothing"
                                                                                : "no regular file";
  throw base::DataError(
      base::format("'{}' is {}; an image cannot be read from it, and leaving it out unsaid would change the "
                   "class counts; remove it",
                   path.string(), what));
}

Contents contents_of(const std::filesystem::path& folder) {
  Contents contents;
  try {
    for (const auto& item : std::filesystem::directory_iterator(folder)) {
      const std::string name = item.path().filename().string();
      if (name.starts_with('.')) continue;
      if (item.is_directory()) {
        contents.folders.push_back(name);
      } else if (item.is_regular_file()) {
        contents.files.push_back(name);
      } else {
        refuse_kind(item.path(), item.status().type());
      }
    }
  } catch (const std::filesystem::filesystem_error& error) {
    throw base::DataError(
        base::format("folder '{}' cannot be read ({}); its images are needed; check the "
                     "path and its permissions",
                     folder.string(), error.code().message()));
  }
  std::ranges::sort(contents.folders);
  std::ranges::sort(contents.files);
  return contents;
}

/// Adds the images below `folder` (relative to `root`), those of inner folders after its own.
void add_images(const std::filesystem::path& root, const std::string& folder, base::ClassId label, int depth,
                std::vector<PackEntry>& entries) {
  constexpr int kDeepest = 16;  // a link back to a folder above would never end
  if (depth > kDeepest) {
    throw base::DataError(
        base::format("'{}' lies {} folders deep; a link seems to lead back to a folder above it; remove the "
                     "link",
                     (root / folder).string(), depth));
  }
  const Contents contents = contents_of(root / folder);
  for (const std::string& name : contents.files) {
    entries.push_back({label, base::format("{}/{}", folder, name), 0});
  }
  for (const std::string& name : contents.folders) {
    add_images(root, base::format("{}/{}", folder, name), label, depth + 1, entries);
  }
}

base::ClassId label_of(const std::string& folder, const std::vector<std::string>& names,
                       const std::filesystem::path& root) {
  const auto at = std::ranges::find(names, folder);
  if (at != names.end()) return base::ClassId(static_cast<std::int32_t>(at - names.begin()));
  const std::string nearest = base::nearest_word(folder, names);
  throw base::DataError(
      base::format("'{}' is none of the {} classes of the training set{}; its images would have no label; "
                   "rename or remove the folder",
                   (root / folder).string(), names.size(),
                   nearest.empty() ? "" : base::format(" (did you mean '{}'?)", nearest)));
}

}  // namespace

ImageList read_class_folders(const std::filesystem::path& root,
                             const std::optional<ExpectedClasses>& expected) {
  const Contents top = contents_of(root);
  ImageList list;
  list.file = root.string();
  list.class_names = expected && !expected->names.empty() ? expected->names : top.folders;
  list.classes = static_cast<std::int32_t>(list.class_names.size());
  if (expected && list.classes != expected->classes) {
    throw base::DataError(
        base::format("{}: {} class folders, but {} classes are asked for; labels would not "
                     "agree; {}",
                     list.file, list.classes, expected->classes, kForm));
  }
  for (const std::string& folder : top.folders) {
    add_images(root, folder, label_of(folder, list.class_names, root), 1, list.entries);
  }
  if (list.entries.empty()) {
    throw base::DataError(
        base::format("{}: no class folder with an image; nothing could be trained or tested "
                     "on it; {}",
                     list.file, kForm));
  }
  if (!expected) require_image_of_every_class(list);
  list.hash = base::git_blob_hash(list_text(list.entries));
  if (!top.files.empty()) {
    list.notes.push_back(base::format("{}: {} files beside the class folders are not taken, e.g. '{}'",
                                      list.file, base::with_thousands(std::ssize(top.files)),
                                      shown(top.files.front())));
  }
  return list;
}

}  // namespace ltr::data
