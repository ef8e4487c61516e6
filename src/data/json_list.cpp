// SPDX-License-Identifier: Apache-2.0
#include "data/json_list.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/hash.hpp"

namespace ltr::data {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kRemedy =
    "the file needs `images` (id, file_name), `annotations` (image_id, category_id) and `categories` (id, "
    "name), as iNaturalist 2018 has them";

/// "3:14", from 1 on, of the byte at `at`.
std::string place_in(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  return base::format("{}:{}", std::ranges::count(before, '\n') + 1,
                      at - (before.find_last_of('\n') + 1) + 1);
}

/// NaN or an infinity, as Python writes them, with its first byte at `at` or before it; else "".
std::string_view python_number(std::string_view text, std::size_t at) {
  if (at > 0 && text[at - 1] == '-') --at;
  for (const std::string_view word : {"NaN", "Infinity", "-Infinity"}) {
    if (text.substr(at).starts_with(word)) return word;
  }
  return "";
}

[[noreturn]] void refuse(std::string_view file, std::string_view text, std::size_t at, std::string_view what,
                         std::string_view remedy) {
  throw base::DataError(base::format("{}:{}: no valid JSON: {}; its images cannot be known; {}", file,
                                     place_in(text, at), what, remedy));
}

Json parse(std::string_view text, std::string_view file) {
  constexpr std::string_view kCompare = "compare it with the original";
  try {
    return Json::parse(text.begin(), text.end());
  } catch (const Json::parse_error& error) {
    const std::size_t at = std::min(error.byte == 0 ? 0 : error.byte - 1, text.size());
    if (at == text.size()) refuse(file, text, at, "the file ends here", "it may be cut off: fetch it again");
    if (const std::string_view number = python_number(text, at); !number.empty()) {
      refuse(file, text, at, base::format("{} is a number of Python's, not of JSON", number),
             "write null instead");
    }
    refuse(file, text, at, base::format("'{}' cannot stand here", shown(text.substr(at, 12))), kCompare);
  } catch (const Json::out_of_range& error) {  // "... number overflow parsing '1e999'"
    const std::string what = error.what();
    const std::size_t quote = what.find('\'') + 1;
    const std::string number = what.substr(quote, what.rfind('\'') - quote);
    refuse(file, text, text.find(number),
           base::format("{} is beyond every number that is kept", shown(number)), kCompare);
  }
}

/// One of the three arrays, its elements checked as they are asked for.
class Section {
 public:
  Section(const Json& document, std::string_view file, std::string_view name) : file_(file), name_(name) {
    const auto at = document.is_object() ? document.find(name) : document.end();
    if (at == document.end() || !at->is_array() || at->empty()) {
      throw base::DataError(base::format("{}: `{}` is {}; labels cannot be told; {}", file, name,
                                         at == document.end() ? "missing"
                                         : !at->is_array()    ? "no array"
                                                              : "empty",
                                         kRemedy));
    }
    elements_ = &*at;
  }

  [[nodiscard]] std::size_t size() const { return elements_->size(); }

  [[nodiscard]] std::int64_t integer(std::size_t i, std::string_view field) const {
    const Json& value = find(i, field);
    if (!value.is_number_integer()) fail(i, base::format("`{}` is no integer; {}", field, kRemedy));
    return value.get<std::int64_t>();
  }
  [[nodiscard]] std::string text(std::size_t i, std::string_view field) const {
    const Json& value = find(i, field);
    if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
      fail(i, base::format("`{}` is no text, or empty; {}", field, kRemedy));
    }
    if (value.get_ref<const std::string&>().find('\0') != std::string::npos) {
      fail(i, base::format("`{}` has a zero character, at which a name ends; correct it", field));
    }
    return value.get<std::string>();
  }
  [[noreturn]] void fail(std::size_t i, const std::string& what) const {
    throw base::DataError(base::format("{}: {}[{}]: {}", file_, name_, i, what));
  }

 private:
  [[nodiscard]] const Json& find(std::size_t i, std::string_view field) const {
    const Json& element = (*elements_)[i];
    const auto at = element.is_object() ? element.find(field) : element.end();
    if (at == element.end()) fail(i, base::format("`{}` is missing; {}", field, kRemedy));
    return *at;
  }

  std::string_view file_;
  std::string_view name_;
  const Json* elements_;
};

using LabelOfId = std::unordered_map<std::int64_t, std::int32_t>;

/// Labels by id, and the list's classes and their names.
LabelOfId take_categories(const Section& categories, ImageList& list) {
  std::map<std::int64_t, std::size_t> element_of;
  for (std::size_t i = 0; i < categories.size(); ++i) {
    const std::int64_t id = categories.integer(i, "id");
    const auto [earlier, is_new] = element_of.emplace(id, i);
    if (!is_new) {
      categories.fail(i, base::format("id {} is that of categories[{}] already; its images would have two "
                                      "labels; give every category an id of its own",
                                      id, earlier->second));
    }
  }
  LabelOfId labels;
  for (const auto& [id, element] : element_of) {
    labels.emplace(id, static_cast<std::int32_t>(list.class_names.size()));
    list.class_names.push_back(categories.text(element, "name"));
  }
  list.classes = static_cast<std::int32_t>(list.class_names.size());
  return labels;
}

/// As many classes as the training set has; another name is only worth a note, for it may be a translation.
void compare_classes(ImageList& list, const ExpectedClasses& expected) {
  if (list.classes != expected.classes) {
    const auto beyond = static_cast<std::size_t>(expected.classes);
    throw base::DataError(base::format(
        "{}: {} categories{}, but the training set has {} classes; labels are the order of the ids and would "
        "not agree; the file must list all categories of the training set and no other",
        list.file, list.classes,
        list.classes > expected.classes
            ? base::format(" (label {}, '{}', is beyond)", beyond, shown(list.class_names[beyond]))
            : "",
        expected.classes));
  }
  if (expected.names.empty()) return;
  const auto [own, other] = std::mismatch(list.class_names.begin(), list.class_names.end(),
                                          expected.names.begin(), expected.names.end());
  if (own != list.class_names.end()) {
    list.notes.push_back(
        base::format("{}: class {} is called '{}' here and '{}' in the training set; if it is another class, "
                     "labels differ",
                     list.file, own - list.class_names.begin(), shown(*own), shown(*other)));
  }
}

/// One entry an image, in their order, with labels still open (-1).
std::unordered_map<std::int64_t, std::size_t> take_images(const Section& images, ImageList& list) {
  std::unordered_map<std::int64_t, std::size_t> entry_of;
  std::unordered_map<std::string, std::size_t> element_of;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const std::int64_t id = images.integer(i, "id");
    const auto [earlier, is_new] = entry_of.emplace(id, i);
    if (!is_new) {
      images.fail(i, base::format("id {} is that of images[{}] already; its annotation would be taken for "
                                  "both; give every image an id of its own",
                                  id, earlier->second));
    }
    std::string path = images.text(i, "file_name");
    const auto [same, is_new_path] = element_of.emplace(path, i);
    if (!is_new_path) {
      images.fail(i, base::format("'{}' is the file of images[{}] already; an image counted twice would "
                                  "change the class counts; remove one of the two",
                                  shown(path), same->second));
    }
    list.entries.push_back({base::ClassId(-1), std::move(path), 0});
  }
  return entry_of;
}

void take_annotations(const Section& annotations, const LabelOfId& labels,
                      const std::unordered_map<std::int64_t, std::size_t>& entry_of, ImageList& list) {
  for (std::size_t i = 0; i < annotations.size(); ++i) {
    const std::int64_t image = annotations.integer(i, "image_id");
    const std::int64_t category = annotations.integer(i, "category_id");
    const auto entry = entry_of.find(image);
    if (entry == entry_of.end()) {
      annotations.fail(i, base::format("image_id {} is no image of this file; a label would be lost; use the "
                                       "images and annotations of one release",
                                       image));
    }
    const auto label = labels.find(category);
    if (label == labels.end()) {
      annotations.fail(i, base::format("category_id {} is none of the {} categories; the image would have no "
                                       "label; use the annotations and categories of one release",
                                       category, labels.size()));
    }
    base::ClassId& open = list.entries[entry->second].label;
    if (open.value() >= 0) {
      annotations.fail(i,
                       base::format("image_id {} ('{}') has an annotation already; an image has one label; "
                                    "remove one of the two",
                                    image, shown(list.entries[entry->second].path)));
    }
    open = base::ClassId(label->second);
  }
}

}  // namespace

ImageList parse_json_list(std::string_view text, std::string_view file,
                          const std::optional<ExpectedClasses>& expected) {
  ImageList list;
  list.file = file;
  list.hash = base::git_blob_hash(text);
  const Json document = parse(text, file);
  const Section images(document, file, "images");
  const Section annotations(document, file, "annotations");
  const Section categories(document, file, "categories");
  const LabelOfId labels = take_categories(categories, list);
  if (expected) compare_classes(list, *expected);
  take_annotations(annotations, labels, take_images(images, list), list);
  const auto open = std::erase_if(list.entries, [](const PackEntry& e) { return e.label.value() < 0; });
  if (open > 0) {
    list.notes.push_back(
        base::format("{}: {} of {} images have no annotation and are left out", file, open, images.size()));
  }
  if (!expected) require_image_of_every_class(list);
  return list;
}

}  // namespace ltr::data
