// SPDX-License-Identifier: Apache-2.0
#include "data/class_folders.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <vector>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/hash.hpp"
#include "base/printable.hpp"

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
                   base::printable(path.string()), what));
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
                     base::printable((root / folder).string()), depth));
  }
  const Contents contents = contents_of(root / folder);
  for (const std::string& name : contents.files) {
    entries.push_back({label, base::format("{}/{}", folder, name), 0});
  }
  for (const std::string& name : contents.folders) {
    add_images(root, base::format("{}/{}", folder, name), label, depth + 1, entries);
  }
}

/// Labels by the names of the training set.
class Labels {
 public:
  Labels(const std::vector<std::string>& names, const std::filesystem::path& root)
      : names_(names), root_(root) {
    for (std::size_t j = 0; j < names.size(); ++j) {
      const auto [at, is_new] = label_of_.emplace(names[j], static_cast<std::int32_t>(j));
      if (!is_new) at->second = kSeveral;
    }
  }

  [[nodiscard]] base::ClassId of(const std::string& folder) const {
    const auto at = label_of_.find(folder);
    if (at == label_of_.end()) {
      const std::string nearest = base::nearest_word(folder, names_);
      fail(folder,
           base::format("is none of the {} classes of the training set{}; its images would have no label; "
                        "rename or remove the folder",
                        names_.size(),
                        nearest.empty() ? "" : base::format(" (did you mean '{}'?)", shown(nearest))));
    }
    if (at->second == kSeveral) {
      fail(folder,
           "is the name of several classes of the training set; its images could have any of their labels; "
           "give them by a list");
    }
    return base::ClassId(at->second);
  }

 private:
  static constexpr std::int32_t kSeveral = -1;

  [[noreturn]] void fail(const std::string& folder, const std::string& what) const {
    throw base::DataError(base::format("'{}' {}", base::printable((root_ / folder).string()), what));
  }

  const std::vector<std::string>& names_;
  const std::filesystem::path& root_;
  std::unordered_map<std::string_view, std::int32_t> label_of_;
};

/// The number that is all of a folder's name.
std::optional<std::uint64_t> number_of(std::string_view name) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool whole = error == std::errc{} && end == name.data() + name.size();
  return whole ? std::optional(number) : std::nullopt;
}

void sort_by_number(std::vector<std::string>& folders, const std::string& root) {
  const auto other = std::ranges::find_if(folders, [](const auto& name) { return !number_of(name); });
  if (other != folders.end()) {
    throw base::DataError(
        base::format("{}: class folder '{}' is no number, so --numeric-order cannot place it; leave the "
                     "option out, or rename "
                     "the folder",
                     root, shown(*other)));
  }
  std::ranges::stable_sort(folders, {}, [](const auto& name) { return *number_of(name); });
}

/// A note where folders are named by numbers, and these are not the labels.
void note_numbers(const std::vector<std::string>& folders, ImageList& list) {
  std::optional<std::size_t> differs;
  bool rising = true;
  std::uint64_t last = 0;
  for (std::size_t j = 0; j < folders.size(); ++j) {
    const auto number = number_of(folders[j]);
    if (!number) return;
    if (*number != j && !differs) differs = j;
    rising = rising && *number >= last;
    last = *number;
  }
  if (!differs) return;
  list.notes.push_back(
      base::format("{}: folders are named by numbers that are not the labels: '{}' is class {}{}", list.file,
                   folders[*differs], *differs,
                   rising ? "" : "; they are sorted as text, and --numeric-order sorts them as numbers"));
}

/// A note where two names differ in the case of letters or blanks at their ends alone.
void note_look_alikes(const std::vector<std::string>& folders, ImageList& list) {
  std::unordered_map<std::string, std::string_view> seen;
  for (const std::string& folder : folders) {
    std::string plain = folder.substr(0, folder.find_last_not_of(' ') + 1);
    for (char& c : plain) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const auto [earlier, is_new] = seen.emplace(plain, folder);
    if (is_new) continue;
    list.notes.push_back(base::format("{}: folders '{}' and '{}' are two classes; if they are one, join them",
                                      list.file, shown(earlier->second), shown(folder)));
    return;
  }
}

/// A note where every image lies in a folder inside its class's: perhaps those are the classes.
/// Throws: DataError where the folders are splits.
void judge_depth(const std::vector<std::string>& folders, ImageList& list) {
  const auto deeper = [](const PackEntry& entry) { return entry.path.find('/') != entry.path.rfind('/'); };
  if (folders.empty() || list.entries.empty() || !std::ranges::all_of(list.entries, deeper)) return;
  constexpr std::array<std::string_view, 7> kSplits{"train",      "training", "val",    "valid",
                                                    "validation", "test",     "testing"};
  const auto is_split = [&](const auto& name) { return std::ranges::find(kSplits, name) != kSplits.end(); };
  if (std::ranges::all_of(folders, is_split)) {
    throw base::DataError(
        base::format("{}: its folders ('{}', ...) are splits, not classes; every class would be one split; "
                     "name one of them "
                     "as --root",
                     list.file, folders.front()));
  }
  const std::string& path = list.entries.front().path;
  list.notes.push_back(
      base::format("{}: the classes are its {} folders, though all images lie in folders inside them, e.g. "
                   "'{}'; if those are "
                   "the classes, give a list",
                   list.file, folders.size(), shown(path.substr(0, path.rfind('/')))));
}

}  // namespace

ImageList read_class_folders(const std::filesystem::path& root,
                             const std::optional<ExpectedClasses>& expected, FolderOrder order) {
  Contents top = contents_of(root);
  ImageList list;
  list.file = root.string();
  if (order == FolderOrder::numbers) sort_by_number(top.folders, list.file);
  list.class_names = expected && !expected->names.empty() ? expected->names : top.folders;
  list.classes = static_cast<std::int32_t>(list.class_names.size());
  if (expected && list.classes != expected->classes) {
    throw base::DataError(
        base::format("{}: {} class folders, but {} classes are asked for; labels would not "
                     "agree; {}",
                     list.file, list.classes, expected->classes, kForm));
  }
  const Labels labels(list.class_names, root);
  for (const std::string& folder : top.folders) {
    add_images(root, folder, labels.of(folder), 1, list.entries);
  }
  if (list.entries.empty()) {
    throw base::DataError(
        base::format("{}: no class folder with an image; nothing could be trained or tested "
                     "on it; {}",
                     list.file, kForm));
  }
  if (!expected || expected->names.empty()) {
    judge_depth(top.folders, list);
    note_numbers(top.folders, list);
    note_look_alikes(top.folders, list);
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
