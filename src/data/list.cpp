// SPDX-License-Identifier: Apache-2.0
#include "data/list.hpp"

#include <algorithm>
#include <charconv>
#include <deque>
#include <limits>
#include <unordered_map>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/hash.hpp"
#include "base/printable.hpp"
#include "base/text_file.hpp"
#include "data/lines.hpp"

namespace ltr::data {
namespace {

constexpr std::string_view kForm = "each line is a path, a space and a label (0, 1, 2, ...)";

/// Turns lines into entries; remembers what messages need.
class ListParser {
 public:
  ListParser(std::string_view file, std::optional<std::int32_t> classes) : file_(file), classes_(classes) {}

  void add(const Line& line) {
    const std::size_t space = line.text.find_last_of(" \t");
    const std::string_view path = space == std::string_view::npos
                                      ? std::string_view{}
                                      : line.text.substr(0, line.text.find_last_not_of(" \t", space) + 1);
    if (path.empty()) {
      fail(line, base::format("'{}' has no label; {}", shown(line.text), kForm));
    }
    if (path.find('\r') != path.npos) {
      fail(line,
           base::format("'{}' has a carriage return (\\r) in it; lines that end in it alone, as on old Macs, "
                        "are not told apart; convert the list (tr '\\r' '\\n')",
                        shown(path)));
    }
    const std::int32_t label = parse_label(line, line.text.substr(space + 1));
    const auto [earlier, is_new] = line_of_path_.emplace(plain(path), line.number);
    if (!is_new) {
      fail(line,
           base::format("'{}' is listed already in line {}; an image counted twice would change the class "
                        "counts; remove one of the two lines",
                        shown(path), earlier->second));
    }
    entries_.push_back({base::ClassId(label), std::string(path), line.number});
    largest_ = std::max(largest_, label);
  }

  [[nodiscard]] std::int32_t largest() const { return largest_; }
  [[nodiscard]] std::vector<PackEntry> take_entries() { return std::move(entries_); }

 private:
  [[noreturn]] void fail(const Line& line, const std::string& what) const {
    const std::string_view cut =
        line.cut_off ? "; the file ends here without a newline, so it may be cut off: fetch it again" : "";
    throw base::DataError(base::format("{}:{}: {}{}", file_, line.number, what, cut));
  }

  [[nodiscard]] std::int32_t parse_label(const Line& line, std::string_view text) const {
    std::int32_t label = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), label);
    if (error != std::errc{} || end != text.data() + text.size() || label < 0 ||
        label == std::numeric_limits<std::int32_t>::max()) {
      fail(line, base::format("label '{}' is not an integer from 0 on; {}", shown(text), kForm));
    }
    if (classes_ && label >= *classes_) {
      fail(line,
           base::format("label {} is outside 0..{}, the {} classes of the training set; every set of a run "
                        "must use the same labels",
                        label, *classes_ - 1, *classes_));
    }
    return label;
  }

  /// One spelling for all that name the same file without a link.
  [[nodiscard]] std::string_view plain(std::string_view path) {
    if (!path.starts_with("./") && path.find("/./") == path.npos && path.find("//") == path.npos &&
        path.find("/../") == path.npos) {
      return path;
    }
    return respelled_.emplace_back(std::filesystem::path(path).lexically_normal().string());
  }

  std::string_view file_;
  std::optional<std::int32_t> classes_;
  std::vector<PackEntry> entries_;
  std::unordered_map<std::string_view, std::int64_t> line_of_path_;
  std::deque<std::string> respelled_;  // whose elements stay where they are
  std::int32_t largest_ = -1;
};

}  // namespace

std::string shown(std::string_view text) {
  constexpr std::size_t kBytes = 60;
  if (text.size() <= kBytes) return base::printable(text);
  std::size_t end = kBytes;
  while (end > kBytes - 3 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return base::printable(text.substr(0, end)) + "...";
}

std::string list_text(std::span<const PackEntry> entries) {
  std::string text;
  for (const PackEntry& entry : entries) text += base::format("{} {}\n", entry.path, entry.label);
  return text;
}

void require_image_of_every_class(const ImageList& list) {
  // A gap is certain to lie within the first N + 1 labels, so an absurd label costs no memory.
  const auto labels = std::min<std::size_t>(static_cast<std::size_t>(list.classes), list.entries.size() + 1);
  std::vector<bool> present(labels, false);
  for (const PackEntry& entry : list.entries) {
    const auto label = static_cast<std::size_t>(entry.label.value());
    if (label < labels) present[label] = true;
  }
  const auto gap = std::find(present.begin(), present.end(), false);
  if (gap == present.end()) return;
  const auto empty = static_cast<std::size_t>(gap - present.begin());
  if (!list.class_names.empty()) {
    throw base::DataError(base::format(
        "{}: class {} ('{}') has no image; a training set needs every class; take the class out, "
        "or, for a validation or test set, name the training pack with --like (or --classes)",
        list.file, empty, shown(list.class_names[empty])));
  }
  const auto top = std::max_element(list.entries.begin(), list.entries.end(),
                                    [](const auto& a, const auto& b) { return a.label < b.label; });
  throw base::DataError(base::format(
      "{}:{}: label {}, but class {} has no image; a training set needs every class; number the labels "
      "without a gap, or, for a validation or test list, name the training pack with --like (or --classes)",
      list.file, top->number, top->label, empty));
}

ImageList parse_list(std::string_view text, std::string_view file, std::optional<std::int32_t> classes) {
  ListParser parser(file, classes);
  ImageList list;
  list.file = file;
  list.hash = base::git_blob_hash(text);
  std::int64_t windows_ends = 0;
  Lines lines(text);
  Line line;
  while (lines.next(line)) {
    windows_ends += line.windows_end ? 1 : 0;
    if (!line.text.empty()) parser.add(line);
  }
  list.entries = parser.take_entries();
  if (list.entries.empty()) {
    throw base::DataError(
        base::format("{}: the list is empty; nothing could be trained or tested on it; {}", file, kForm));
  }
  list.classes = classes.value_or(parser.largest() + 1);
  if (!classes) require_image_of_every_class(list);
  if (windows_ends > 0) {
    list.notes.push_back(base::format("{}: {} lines end as on Windows (CR LF); taken without the CR", file,
                                      base::with_thousands(windows_ends)));
  }
  if (line.cut_off && !line.text.empty()) {
    list.notes.push_back(
        base::format("{}:{}: the last line has no newline; if the list is cut off here, its label "
                     "may be short: compare it with the original",
                     file, line.number));
  }
  return list;
}

ImageList read_list(const std::filesystem::path& path, std::optional<std::int32_t> classes) {
  return parse_list(base::read_text_file(path), path.string(), classes);
}

}  // namespace ltr::data
