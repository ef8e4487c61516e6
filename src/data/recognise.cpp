// SPDX-License-Identifier: Apache-2.0
#include "data/recognise.hpp"

#include <algorithm>
#include <filesystem>

#include "base/format.hpp"
#include "base/hash.hpp"

namespace ltr::data {
namespace {
using config::PublicList;

std::string size_of(std::int64_t images, std::int32_t classes) {
  return base::format("{} images of {} classes", base::with_thousands(images), base::with_thousands(classes));
}

/// The published list that `list` could be taken for: by its name, else, of those with its classes, the
/// smallest that it could be a part of, or the largest.
const PublicList* taken_for(const ImageList& list) {
  const std::string file = std::filesystem::path(list.file).filename().string();
  const auto lists = config::public_lists();
  const auto same_name = std::ranges::find(lists, file, &PublicList::file);
  if (same_name != lists.end()) return &*same_name;
  const std::int64_t images = std::ssize(list.entries);
  const PublicList* best = nullptr;
  for (const PublicList& known : lists) {
    if (known.classes != list.classes) continue;
    const bool nearer =
        best == nullptr || (best->images < images ? known.images > best->images
                                                  : known.images >= images && known.images < best->images);
    if (nearer) best = &known;
  }
  return best;
}

}  // namespace

Recognition recognise(const ImageList& list) {
  if (const PublicList* known = config::public_list(list.hash)) return {known, ""};
  // Another editor or download changes line ends and blanks, and nothing that matters.
  if (const PublicList* known = config::public_list(base::git_blob_hash(list_text(list.entries))))
    return {known, ""};
  const PublicList* meant = taken_for(list);
  if (meant == nullptr) return {};
  // The same set in another form has other lines.
  const bool same_size = std::ssize(list.entries) == meant->images && list.classes == meant->classes;
  if (same_size && !list.class_names.empty()) return {};
  const bool shorter = std::ssize(list.entries) < meant->images;
  return {nullptr,
          base::format("{}: {}; this is not the published list {} ({}){}, so accuracies on it do not "
                       "compare with published ones; if that list is meant, fetch it again",
                       list.file, size_of(std::ssize(list.entries), list.classes), meant->name,
                       size_of(meant->images, meant->classes), shorter ? " but may be a part of it" : "")};
}

}  // namespace ltr::data
