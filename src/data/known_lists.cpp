// SPDX-License-Identifier: Apache-2.0
#include "data/known_lists.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/format.hpp"
#include "base/hash.hpp"

namespace ltr::data {
namespace {

constexpr std::array<KnownList, 7> kKnownLists{{
    {"ImageNet-LT train", "ImageNet_LT_train.txt", "a063f095fcd475db4cf8b0658c4b73955535bbf9", 115846, 1000},
    {"ImageNet-LT validation", "ImageNet_LT_val.txt", "3ed3188b2f44829ce2dec1cc27040d8d40984088", 20000,
     1000},
    {"ImageNet-LT test", "ImageNet_LT_test.txt", "76a2fb9749d6cd29e765cc4f8c270f2504131e2f", 50000, 1000},
    {"iNaturalist 2018 train", "iNaturalist18_train.txt", "4accdb7584d2f0a5106c40a33ed6afa392189bcc", 437513,
     8142},
    {"iNaturalist 2018 validation", "iNaturalist18_val.txt", "4c23900857fd0f5adcd4cc0dffef345039eeb05f",
     24426, 8142},
    {"Places-LT train", "Places_LT_train.txt", "6392252f8ae867bc8a5e841cc1b29e5b8ef4b636", 62500, 365},
    {"Places-LT validation", "Places_LT_val.txt", "b93a2ca58ccb7f3b671c176f395a70bf52c95533", 7300, 365},
}};

std::string size_of(std::int64_t images, std::int32_t classes) {
  return base::format("{} images of {} classes", base::with_thousands(images), base::with_thousands(classes));
}

/// The published list that `list` could be taken for: by its name, else, of those with its classes, the
/// smallest that it could be a part of, or the largest.
const KnownList* taken_for(const ImageList& list) {
  const std::string file = std::filesystem::path(list.file).filename().string();
  const auto same_name = std::ranges::find(kKnownLists, file, &KnownList::file);
  if (same_name != kKnownLists.end()) return &*same_name;
  const std::int64_t images = std::ssize(list.entries);
  const KnownList* best = nullptr;
  for (const KnownList& known : kKnownLists) {
    if (known.classes != list.classes) continue;
    const bool nearer =
        best == nullptr || (best->images < images ? known.images > best->images
                                                  : known.images >= images && known.images < best->images);
    if (nearer) best = &known;
  }
  return best;
}

}  // namespace

const KnownList* known_list(std::string_view hash) {
  const auto at = std::ranges::find(kKnownLists, hash, &KnownList::hash);
  return at == kKnownLists.end() ? nullptr : &*at;
}

Recognition recognise(const ImageList& list) {
  if (const KnownList* known = known_list(list.hash)) return {known, ""};
  // Another editor or download changes line ends and blanks, and nothing that matters.
  if (const KnownList* known = known_list(base::git_blob_hash(list_text(list.entries)))) return {known, ""};
  const KnownList* meant = taken_for(list);
  if (meant == nullptr) return {};
  const bool shorter = std::ssize(list.entries) < meant->images;
  return {nullptr,
          base::format("{}: {}; this is not the published list {} ({}){}, so accuracies on it do not "
                       "compare with published ones; if that list is meant, fetch it again",
                       list.file, size_of(std::ssize(list.entries), list.classes), meant->name,
                       size_of(meant->images, meant->classes), shorter ? " but may be a part of it" : "")};
}

}  // namespace ltr::data
