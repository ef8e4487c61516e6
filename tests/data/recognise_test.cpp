// SPDX-License-Identifier: Apache-2.0
#include "data/recognise.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text_file.hpp"
#include "test_data.hpp"

namespace ltr::data {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// A list of `images` images spread over `classes` classes.
ImageList list_of(const std::string& file, std::int64_t images, std::int32_t classes) {
  ImageList list;
  list.file = file;
  list.classes = classes;
  for (std::int64_t i = 0; i < images; ++i) {
    list.entries.push_back({base::ClassId(static_cast<std::int32_t>(i % classes)), std::to_string(i), i + 1});
  }
  return list;
}

TEST(PublicLists, PublishedFilesAreRecognisedWithTheirSizesAndVariantsOfThemAreWarnedOf) {
  for (const char* file : {"ImageNet_LT_val.txt", "Places_LT_train.txt", "Places_LT_val.txt"}) {
    const std::filesystem::path path = test_data() / "lists" / file;
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "no published lists at " << path;
    const std::string text = base::read_text_file(path);
    const ImageList list = parse_list(text, file);
    const Recognition whole = recognise(list);
    ASSERT_NE(whole.known, nullptr) << file;
    EXPECT_EQ(whole.known->file, file);
    EXPECT_EQ(whole.known->images, std::ssize(list.entries));
    EXPECT_EQ(whole.known->classes, list.classes);
    EXPECT_EQ(whole.warning, "");

    const Recognition without_newline = recognise(parse_list(text.substr(0, text.size() - 1), "x.txt"));
    EXPECT_EQ(without_newline.known, whole.known);

    const std::string part = text.substr(0, text.find('\n', text.size() / 2) + 1);
    EXPECT_EQ(recognise(parse_list(part, file)).known, nullptr);
    EXPECT_THAT(recognise(parse_list(part, file)).warning,
                AllOf(HasSubstr(std::string(whole.known->name)), HasSubstr("may be a part of it")));
    // Under another name the number of classes tells.
    EXPECT_THAT(recognise(parse_list(part, "other.txt", list.classes)).warning,
                HasSubstr(std::string(whole.known->name)));
  }
}

TEST(PublicLists, NameOfAPublishedListWithOtherContentIsWarnedOf) {
  EXPECT_THAT(recognise(list_of("my/ImageNet_LT_train.txt", 90, 9)).warning,
              AllOf(HasSubstr("90 images of 9 classes"), HasSubstr("ImageNet-LT train (115,846 images"),
                    HasSubstr("part of it")));
}

TEST(PublicLists, ClassesOfAPublishedListWithOtherContentAreWarnedOf) {
  EXPECT_THAT(recognise(list_of("train.txt", 63000, 365)).warning,
              AllOf(HasSubstr("Places-LT train"), testing::Not(HasSubstr("part of it"))));
  EXPECT_EQ(recognise(list_of("train.txt", 62500, 364)).warning, "");
}

}  // namespace
}  // namespace ltr::data
