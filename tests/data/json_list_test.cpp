// SPDX-License-Identifier: Apache-2.0
#include "data/json_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "data/class_names.hpp"
#include "data/image_set.hpp"
#include "data/temporary_folder.hpp"

namespace ltr::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kJson = R"({
 "info": {"year": 2018},
 "images": [{"id": 12, "file_name": "t/b.jpg", "license": 3, "height": 600}, {"id": 11, "file_name": "t/a.jpg"}],
 "annotations": [{"id": 1, "image_id": 11, "category_id": 900}, {"id": 2, "image_id": 12, "category_id": 40}],
 "categories": [{"id": 900, "name": "Apis mellifera", "supercategory": "Insecta"}, {"id": 40, "name": "Acer"}]
})";

/// kJson with the first `from` replaced by `to`.
std::string changed(const std::string& from, const std::string& to) {
  std::string text(kJson);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string refusal(std::string_view text, const std::optional<ExpectedClasses>& expected = std::nullopt) {
  return message_of<base::DataError>([&] { static_cast<void>(parse_json_list(text, "t.json", expected)); });
}

TEST(JsonList, LabelsAreTheOrderOfCategoryIdsAndEntriesThatOfTheImages) {
  const ImageList list = parse_json_list(kJson, "t.json");
  ASSERT_EQ(list.entries.size(), 2U);
  EXPECT_EQ(list.entries[0].path, "t/b.jpg");
  EXPECT_EQ(list.entries[0].label, base::ClassId(0));
  EXPECT_EQ(list.entries[1].path, "t/a.jpg");
  EXPECT_EQ(list.entries[1].label, base::ClassId(1));
  EXPECT_THAT(class_names_of(list), ElementsAre("Acer", "Apis mellifera"));
  EXPECT_EQ(list.classes, 2);
}

TEST(JsonList, MissingAndWrongFieldsAreNamedWithTheirElement) {
  EXPECT_THAT(
      refusal(changed("\"image_id\": 12, ", "")),
      AllOf(HasSubstr("t.json: annotations[1]: `image_id` is missing"), HasSubstr("categories` (id, name)")));
  EXPECT_THAT(refusal(changed(", \"file_name\": \"t/a.jpg\"", "")),
              HasSubstr("images[1]: `file_name` is missing"));
  EXPECT_THAT(refusal(changed(", \"name\": \"Acer\"", "")), HasSubstr("categories[1]: `name` is missing"));
  EXPECT_THAT(refusal(changed("\"t/a.jpg\"", "7")), HasSubstr("images[1]: `file_name` is no text"));
  EXPECT_THAT(refusal(changed("\"id\": 12", "\"id\": \"12\"")), HasSubstr("images[0]: `id` is no integer"));
  EXPECT_THAT(refusal(changed("{\"id\": 40, \"name\": \"Acer\"}", "40")),
              HasSubstr("categories[1]: `id` is missing"));
}

TEST(JsonList, MissingSectionsAreNamed) {
  EXPECT_THAT(refusal(changed("\"annotations\"", "\"other\"")), HasSubstr("`annotations` is missing"));
  EXPECT_THAT(refusal("{\"images\": []}"), HasSubstr("`images` is empty"));
  EXPECT_THAT(refusal("{\"images\": 3}"), HasSubstr("`images` is no array"));
  EXPECT_THAT(refusal("[1, 2]"), HasSubstr("`images` is missing"));
}

TEST(JsonList, IdsGivenTwiceAreNamedWithBothPlaces) {
  EXPECT_THAT(refusal(changed("\"id\": 11,", "\"id\": 12,")),
              HasSubstr("images[1]: id 12 is that of images[0] already"));
  EXPECT_THAT(refusal(changed("\"id\": 40,", "\"id\": 900,")),
              HasSubstr("categories[1]: id 900 is that of categories[0] already"));
  EXPECT_THAT(refusal(changed("t/a.jpg", "t/b.jpg")),
              HasSubstr("images[1]: 't/b.jpg' is the file of images[0] already"));
  EXPECT_THAT(refusal(changed("\"image_id\": 12", "\"image_id\": 11")),
              HasSubstr("annotations[1]: image_id 11 ('t/a.jpg') has an annotation already"));
}

TEST(JsonList, AnnotationsOfWhatIsNotThereAreNamed) {
  EXPECT_THAT(refusal(changed("\"image_id\": 12", "\"image_id\": 13")),
              HasSubstr("annotations[1]: image_id 13 is no image"));
  EXPECT_THAT(refusal(changed("\"category_id\": 40", "\"category_id\": 41")),
              HasSubstr("annotations[1]: category_id 41 is none of the 2 categories"));
}

TEST(JsonList, CategoryBeyondTheTrainingSetIsNamed) {
  EXPECT_THAT(
      refusal(kJson, ExpectedClasses{1, {}}),
      AllOf(HasSubstr("2 categories (label 1, 'Apis mellifera', is beyond)"), HasSubstr("has 1 classes")));
  EXPECT_THAT(refusal(kJson, ExpectedClasses{3, {}}), HasSubstr("has 3 classes"));
  EXPECT_THAT(parse_json_list(kJson, "t.json", ExpectedClasses{2, {"Acer", "Bee"}}).notes,
              ElementsAre(AllOf(HasSubstr("class 1"), HasSubstr("'Apis mellifera' here and 'Bee'"))));
}

TEST(JsonList, ImageWithoutAnnotationIsLeftOutWithANote) {
  const std::string text = changed(", {\"id\": 2, \"image_id\": 12, \"category_id\": 40}", "");
  EXPECT_THAT(refusal(text), HasSubstr("class 0 ('Acer') has no image"));
  const ImageList list = parse_json_list(text, "t.json", ExpectedClasses{2, {}});
  EXPECT_EQ(list.entries.size(), 1U);
  EXPECT_THAT(list.notes, ElementsAre(HasSubstr("1 of 2 images have no annotation")));
}

TEST(JsonList, FileCutOffIsCalledSo) {
  EXPECT_THAT(refusal(kJson.substr(0, kJson.size() - 2)), AllOf(HasSubstr("t.json"), HasSubstr("cut off")));
  EXPECT_THAT(refusal("{\"images\": [}"),
              AllOf(HasSubstr("t.json:1:13: no valid JSON: '}'"), HasSubstr("original")));
  EXPECT_THAT(refusal("{\"images\":\n [1e999]}"),
              AllOf(HasSubstr("t.json:2:3"), HasSubstr("no valid JSON"), HasSubstr("1e999")));
}

TEST(JsonList, NumbersThatOnlyPythonHasAreNamedWithTheirLine) {
  EXPECT_THAT(refusal(changed("600", "NaN")),
              AllOf(HasSubstr("t.json:3:"), HasSubstr("NaN is a number of Python's")));
  EXPECT_THAT(refusal("{\n\"a\": Infinity}"), HasSubstr("t.json:2:6: no valid JSON: Infinity is"));
  EXPECT_THAT(refusal("{\n\"a\": -Infinity}"), HasSubstr("no valid JSON: -Infinity is"));
}

TEST(JsonList, ZeroCharacterInANameIsRefused) {
  EXPECT_THAT(refusal(changed("t/a.jpg", "t/a.jpg\\u0000x")), HasSubstr("images[1]: `file_name` has a zero"));
}

TEST(ImageSet, FormIsToldFromWhatIsPointedAt) {
  const TemporaryFolder folder;
  const auto json = folder.write("lists/train.data", kJson);
  EXPECT_THAT(read_image_set(json, "", std::nullopt).list.class_names, ElementsAre("Acer", "Apis mellifera"));
  const auto lines = folder.write("lists/train.txt", "b.jpg 1\na.jpg 0\n");
  EXPECT_EQ(read_image_set(lines, "", std::nullopt).list.entries[0].number, 1);
  EXPECT_EQ(read_image_set(lines, "", std::nullopt).root, folder / "lists");
  EXPECT_EQ(read_image_set(lines, "/images", std::nullopt).root, "/images");
  EXPECT_THAT(read_image_set("", folder.path(), std::nullopt).list.class_names, ElementsAre("lists"));
  const auto refusal_of = [](const std::filesystem::path& list) {
    return message_of<base::ConfigError>([&] { static_cast<void>(read_image_set(list, "", std::nullopt)); });
  };
  EXPECT_THAT(refusal_of(folder.path()), AllOf(HasSubstr("is a folder"), HasSubstr("--root")));
  EXPECT_THAT(refusal_of(""), HasSubstr("neither --list nor --root"));
  EXPECT_THAT(message_of<base::ConfigError>(
                  [&] { static_cast<void>(read_image_set(lines, "", std::nullopt, FolderOrder::numbers)); }),
              AllOf(HasSubstr("--numeric-order"), HasSubstr("the list")));
  EXPECT_EQ(
      read_image_set(folder.write("bom", "\xEF\xBB\xBF" + std::string(kJson)), "", std::nullopt).list.classes,
      2);
}

}  // namespace
}  // namespace ltr::data
