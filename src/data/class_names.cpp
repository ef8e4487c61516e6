// SPDX-License-Identifier: Apache-2.0
#include "data/class_names.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text_file.hpp"
#include "data/lines.hpp"

namespace ltr::data {
namespace {

/// The name of the folder that holds a file, or "".
std::string_view folder_of(std::string_view path) {
  const std::size_t file = path.find_last_of('/');
  if (file == std::string_view::npos) return "";
  path = path.substr(0, path.find_last_not_of('/', file) + 1);
  const std::string_view folder = path.substr(path.find_last_of('/') + 1);
  return folder == "." || folder == ".." ? "" : folder;
}

using LabelsOfName = std::unordered_multimap<std::string_view, std::size_t>;

LabelsOfName labels_of(const NamedClasses& classes) {
  LabelsOfName labels;
  for (std::size_t j = 0; j < classes.names.size(); ++j) {
    if (!classes.names[j].empty()) labels.emplace(classes.names[j], j);
  }
  return labels;
}

/// Throws: DataError for the first class of `one` that stands in `other` at other labels alone.
void compare(const NamedClasses& one, const NamedClasses& other, const LabelsOfName& labels_of_other) {
  for (std::size_t j = 0; j < one.names.size(); ++j) {
    const auto [begin, end] = labels_of_other.equal_range(one.names[j]);
    if (begin == end || std::any_of(begin, end, [j](const auto& found) { return found.second == j; }))
      continue;
    const bool number = one.names[j].find_first_not_of("0123456789") == std::string::npos;
    throw base::DataError(base::format(
        "class '{}' has label {} in {}, but label {} in {}; images of one class would count as another's; "
        "use "
        "the same labels in both{}, or give the classes other names",
        shown(one.names[j]), j, one.source, begin->second, other.source,
        number ? " (folders are sorted as text, 10 before 2, unless --numeric-order is given)" : ""));
  }
}

}  // namespace

std::vector<std::string> own_class_names(const ImageList& list) {
  if (!list.class_names.empty()) return list.class_names;
  constexpr std::int32_t kSeveral = -1;
  std::vector<std::string> names(static_cast<std::size_t>(list.classes));
  std::vector<bool> nameless(names.size(), false);
  std::unordered_map<std::string_view, std::int32_t> label_of;  // or kSeveral
  for (const PackEntry& entry : list.entries) {
    const auto label = static_cast<std::size_t>(entry.label.value());
    const std::string_view folder = folder_of(entry.path);
    const auto [at, is_new] = label_of.emplace(folder, entry.label.value());
    if (at->second != entry.label.value()) at->second = kSeveral;
    if (names[label].empty()) names[label] = folder;
    nameless[label] = nameless[label] || folder.empty() || names[label] != folder;
  }
  for (std::size_t j = 0; j < names.size(); ++j) {
    if (nameless[j] || (!names[j].empty() && label_of.at(names[j]) == kSeveral)) names[j].clear();
  }
  return names;
}

std::vector<std::string> class_names_of(const ImageList& list) {
  std::vector<std::string> names = own_class_names(list);
  if (std::ranges::find(names, "") == names.end()) return names;
  for (std::size_t j = 0; j < names.size(); ++j) names[j] = base::format("class_{}", j);
  return names;
}

std::vector<std::string> read_class_names(const std::filesystem::path& path, const ImageList& list) {
  const std::string text = base::read_text_file(path);
  std::vector<std::string> names;
  Lines lines(text);
  for (Line line; lines.next(line);) {
    if (line.text.empty()) {
      throw base::DataError(
          base::format("{}:{}: empty line; line j + 1 names class j; give every class a name", path.string(),
                       line.number));
    }
    names.emplace_back(line.text);
  }
  if (std::ssize(names) != list.classes) {
    const auto beyond = std::find_if(list.entries.begin(), list.entries.end(), [&](const PackEntry& entry) {
      return entry.label.value() >= std::ssize(names);
    });
    const std::string example =
        beyond == list.entries.end()
            ? ""
            : base::format(" ('{}' has label {})", shown(beyond->path), beyond->label);
    throw base::DataError(
        base::format("{}: {} names for {} classes{}; line j + 1 names class j; give one line a class",
                     path.string(), names.size(), list.classes, example));
  }
  return names;
}

void require_same_labels(std::span<const NamedClasses> sources) {
  for (; sources.size() > 1; sources = sources.first(sources.size() - 1)) {
    const LabelsOfName labels = labels_of(sources.back());
    for (const NamedClasses& source : sources.first(sources.size() - 1)) {
      compare(source, sources.back(), labels);
    }
  }
}

std::string repeated_name(const NamedClasses& classes) {
  std::unordered_map<std::string_view, std::size_t> label_of;
  for (std::size_t j = 0; j < classes.names.size(); ++j) {
    const auto [earlier, is_new] = label_of.emplace(classes.names[j], j);
    if (is_new) continue;
    return base::format(
        "{}: classes {} and {} are both called '{}'; labels tell them apart, but a table of classes and a "
        "folder "
        "of that name do not",
        classes.source, earlier->second, j, shown(classes.names[j]));
  }
  return "";
}

}  // namespace ltr::data
