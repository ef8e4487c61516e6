// SPDX-License-Identifier: Apache-2.0
#include "data/class_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "data/temporary_folder.hpp"

namespace ltr::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(ClassNames, AreTheFoldersWhereTheyTellClassesApart) {
  EXPECT_THAT(class_names_of(parse_list("t/cat/1.jpg 1\nt/dog/1.jpg 0\nt/cat/2.jpg 1\n", "l")),
              ElementsAre("dog", "cat"));
  EXPECT_THAT(class_names_of(parse_list("t/1.jpg 1\nt/2.jpg 0\n", "l")), ElementsAre("class_0", "class_1"));
  EXPECT_THAT(class_names_of(parse_list("a/1.jpg 0\nb/2.jpg 0\n", "l")), ElementsAre("class_0"));
  EXPECT_THAT(class_names_of(parse_list("1.jpg 0\n", "l")), ElementsAre("class_0"));
  EXPECT_THAT(class_names_of(parse_list("./1.jpg 0\n", "l")), ElementsAre("class_0"));
}

TEST(ClassNames, ListNamesThoseThatItCan) {
  EXPECT_THAT(own_class_names(parse_list("t/cat/1.jpg 1\nt/dog//1.jpg 3\n", "l", 4)),
              ElementsAre("", "cat", "", "dog"));
  EXPECT_THAT(own_class_names(parse_list("a/1.jpg 0\n2.jpg 0\nb/3.jpg 1\nc/4.jpg 2\nd/5.jpg 2\n", "l")),
              ElementsAre("", "b", ""));
  EXPECT_THAT(own_class_names(parse_list("a/1.jpg 0\na/2.jpg 1\nb/3.jpg 2\n", "l")),
              ElementsAre("", "", "b"));
}

TEST(ClassNames, FileMustNameEveryClass) {
  const TemporaryFolder folder;
  const auto file = folder.write("names.txt", "\xEF\xBB\xBFtench\ngreat white shark\n");
  EXPECT_THAT(read_class_names(file, parse_list("a.jpg 0\nb.jpg 1\n", "l")),
              ElementsAre("tench", "great white shark"));
  const ImageList three = parse_list("a.jpg 0\nc.jpg 2\nb.jpg 1\n", "l");
  EXPECT_THAT(
      message_of<base::DataError>([&] { static_cast<void>(read_class_names(file, three)); }),
      AllOf(HasSubstr("names.txt"), HasSubstr("2 names for 3 classes"), HasSubstr("'c.jpg' has label 2")));
}

std::string contradiction(const std::vector<NamedClasses>& sources) {
  return message_of<base::DataError>([&] { require_same_labels(sources); });
}

TEST(ClassNames, OneNameWithTwoLabelsIsRefusedWithBothReadings) {
  const NamedClasses list{"val.txt", {"", "", "2"}};
  const NamedClasses pack{"train.h5", {"0", "1", "10", "11", "2"}};
  EXPECT_THAT(contradiction({list, pack}),
              AllOf(HasSubstr("class '2' has label 2 in val.txt, but label 4 in train.h5"),
                    HasSubstr("--numeric-order")));
  EXPECT_THAT(
      contradiction({{"a.json", {"oak", "elm"}}, {"b.h5", {"ash", "fir"}}, {"c.txt", {"fir", "ash"}}}),
      AllOf(HasSubstr("class 'ash' has label 0 in b.h5, but label 1 in c.txt"),
            Not(HasSubstr("--numeric-order"))));
}

TEST(ClassNames, NamesOfOneSourceAloneAndSharedOnesContradictNothing) {
  EXPECT_EQ(contradiction({{"a", {"oak", "elm"}}, {"b", {"Eiche", "elm"}}}), "accepted");
  EXPECT_EQ(contradiction({{"a", {"", "elm"}}, {"b", {"", "elm", ""}}}), "accepted");
  EXPECT_EQ(contradiction({{"a", {"tree", "tree"}}, {"b", {"tree", "tree"}}}), "accepted");
  EXPECT_EQ(contradiction({{"a", {"oak"}}}), "accepted");
}

TEST(ClassNames, NameOfSeveralClassesIsWarnedOf) {
  EXPECT_THAT(repeated_name({"a.json", {"oak", "elm", "oak"}}),
              HasSubstr("classes 0 and 2 are both called 'oak'"));
  EXPECT_EQ(repeated_name({"a.json", {"oak", "elm"}}), "");
}

}  // namespace
}  // namespace ltr::data
