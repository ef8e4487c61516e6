// SPDX-License-Identifier: Apache-2.0
#include "data/class_folders.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "data/class_names.hpp"
#include "data/temporary_folder.hpp"

namespace ltr::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ClassFolders : public testing::Test {
 protected:
  void add(const std::string& file) { folder_.write(file, std::string_view("x")); }
  [[nodiscard]] ImageList read(const std::optional<ExpectedClasses>& expected = std::nullopt) const {
    return read_class_folders(folder_.path(), expected);
  }
  [[nodiscard]] std::string refusal(const std::optional<ExpectedClasses>& expected = std::nullopt) const {
    return message_of<base::DataError>([&] { static_cast<void>(read(expected)); });
  }
  TemporaryFolder folder_;
};

std::vector<std::string> lines_of_list(const ImageList& list) {
  std::vector<std::string> lines;
  for (const PackEntry& entry : list.entries) {
    lines.push_back(list_text(std::span(&entry, 1)));
    lines.back().pop_back();  // the newline
  }
  return lines;
}

TEST_F(ClassFolders, AreClassesInSortedOrderWithTheirNamesAndSortedImages) {
  for (const char* file : {"dog/b.jpg", "dog/a.jpg", "great cat/1.jpg", "Zebra/z.jpg"}) add(file);
  const ImageList list = read();
  EXPECT_THAT(list.class_names, ElementsAre("Zebra", "dog", "great cat"));
  EXPECT_THAT(class_names_of(list), ElementsAre("Zebra", "dog", "great cat"));
  EXPECT_EQ(list.classes, 3);
  EXPECT_THAT(lines_of_list(list),
              ElementsAre("Zebra/z.jpg 0", "dog/a.jpg 1", "dog/b.jpg 1", "great cat/1.jpg 2"));
  EXPECT_THAT(list.notes, IsEmpty());
}

TEST_F(ClassFolders, HaveTheHashOfTheListTheyAmountTo) {
  add("a/1.jpg");
  add("b/2.jpg");
  // printf 'a/1.jpg 0\nb/2.jpg 1\n' | git hash-object --stdin
  EXPECT_EQ(read().hash, "ebb617b2249d2728a7b3bc34e58ba59f52a752cb");
}

TEST_F(ClassFolders, HiddenThingsArePassedOverAndInnerFoldersBelongToTheirClass) {
  for (const char* file : {"a/.DS_Store", ".cache/x.jpg", "a/1.jpg", "a/indoor/2.jpg", "a/.t/3.jpg"})
    add(file);
  EXPECT_THAT(lines_of_list(read()), ElementsAre("a/1.jpg 0", "a/indoor/2.jpg 0"));
}

TEST_F(ClassFolders, FilesBesideTheClassesAreNoted) {
  add("a/1.jpg");
  add("README.txt");
  EXPECT_THAT(read().notes, ElementsAre(AllOf(HasSubstr("1 files"), HasSubstr("'README.txt'"))));
}

TEST_F(ClassFolders, WhatIsNoFileIsNamedAndNotOpened) {
  add("a/1.jpg");
  ASSERT_EQ(mkfifo((folder_ / "a/2.jpg").c_str(), 0600), 0);  // opening it would wait for ever
  EXPECT_THAT(refusal(), AllOf(HasSubstr("a/2.jpg"), HasSubstr("a named pipe")));
  std::filesystem::remove(folder_ / "a/2.jpg");
  std::filesystem::create_symlink("/no/such/file.jpg", folder_ / "a/3.jpg");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("a/3.jpg"), HasSubstr("a link to nothing")));
}

TEST_F(ClassFolders, LinksAreFollowedAndALoopOfThemIsRefused) {
  add("elsewhere.jpg");
  add("a/1.jpg");
  std::filesystem::create_symlink(folder_ / "elsewhere.jpg", folder_ / "a/2.jpg");
  EXPECT_THAT(lines_of_list(read()), ElementsAre("a/1.jpg 0", "a/2.jpg 0"));
  std::filesystem::create_directory_symlink(folder_ / "a", folder_ / "a/again");
  EXPECT_THAT(refusal(), HasSubstr("link seems to lead back"));
}

TEST_F(ClassFolders, TakeTheLabelsOfTheTrainingSetByName) {
  add("dog/1.jpg");
  const ExpectedClasses expected{3, {"ant", "cat", "dog"}};
  const ImageList list = read(expected);
  EXPECT_THAT(lines_of_list(list), ElementsAre("dog/1.jpg 2"));
  EXPECT_EQ(list.classes, 3);
  add("cats/1.jpg");
  EXPECT_THAT(refusal(expected),
              AllOf(HasSubstr("cats' is none of the 3 classes"), HasSubstr("did you mean 'cat'")));
}

TEST_F(ClassFolders, ClassWithoutAnImageIsRefusedInATrainingSetAlone) {
  add("dog/1.jpg");
  std::filesystem::create_directory(folder_ / "cat");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("class 0 ('cat') has no image"), HasSubstr("--like")));
  EXPECT_EQ(read(ExpectedClasses{2, {}}).classes, 2);
  EXPECT_THAT(refusal(ExpectedClasses{3, {}}), HasSubstr("2 class folders, but 3 classes"));
}

TEST_F(ClassFolders, NumbersAreSortedAsTextWithANoteUnlessAskedFor) {
  for (int j = 0; j < 12; ++j) add(std::to_string(j) + "/1.jpg");
  EXPECT_THAT(read().class_names, ElementsAre("0", "1", "10", "11", "2", "3", "4", "5", "6", "7", "8", "9"));
  EXPECT_THAT(read().notes, ElementsAre(AllOf(HasSubstr("'10' is class 2"), HasSubstr("--numeric-order"))));
  const ImageList numbered = read_class_folders(folder_.path(), std::nullopt, FolderOrder::numbers);
  EXPECT_THAT(numbered.class_names,
              ElementsAre("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"));
  EXPECT_THAT(numbered.notes, IsEmpty());
  add("background/1.jpg");
  EXPECT_THAT(read().notes, IsEmpty());
  EXPECT_THAT(message_of<base::DataError>([&] {
                static_cast<void>(read_class_folders(folder_.path(), std::nullopt, FolderOrder::numbers));
              }),
              HasSubstr("'background' is no number"));
}

TEST_F(ClassFolders, NumbersThatDoNotStartAtZeroAreNoted) {
  for (const char* file : {"001/1.jpg", "002/1.jpg"}) add(file);
  EXPECT_THAT(read().notes,
              ElementsAre(AllOf(HasSubstr("'001' is class 0"), testing::Not(HasSubstr("--num")))));
}

TEST_F(ClassFolders, ImagesThatAllLieDeeperAreNotedAndSplitsRefused) {
  for (const char* file : {"Aves/7/1.jpg", "Plantae/101/1.jpg"}) add(file);
  EXPECT_THAT(read().notes, ElementsAre(AllOf(HasSubstr("its 2 folders"), HasSubstr("'Aves/7'"))));
  EXPECT_THAT(read(ExpectedClasses{2, {"Aves", "Plantae"}}).notes, IsEmpty());
  const TemporaryFolder splits;
  for (const char* file : {"train/oak/1.jpg", "val/oak/1.jpg"}) splits.write(file, std::string_view("x"));
  EXPECT_THAT(message_of<base::DataError>(
                  [&] { static_cast<void>(read_class_folders(splits.path(), std::nullopt)); }),
              AllOf(HasSubstr("'train'"), HasSubstr("splits, not classes")));
}

TEST_F(ClassFolders, NamesThatLookAlikeAreNoted) {
  for (const char* file : {"oak/1.jpg", "Oak/1.jpg"}) add(file);
  EXPECT_THAT(read().notes, ElementsAre(HasSubstr("'Oak' and 'oak' are two classes")));
}

TEST_F(ClassFolders, NameOfSeveralTrainingClassesIsRefused) {
  add("tree/1.jpg");
  EXPECT_THAT(refusal(ExpectedClasses{2, {"tree", "tree"}}), HasSubstr("the name of several classes"));
}

TEST_F(ClassFolders, FolderWithoutClassesIsRefused) {
  EXPECT_THAT(refusal(), HasSubstr("no class folder with an image"));
  add("1.jpg");
  EXPECT_THAT(refusal(), HasSubstr("no class folder with an image"));
  EXPECT_THAT(message_of<base::DataError>(
                  [&] { static_cast<void>(read_class_folders(folder_ / "gone", std::nullopt)); }),
              AllOf(HasSubstr("gone' cannot be read"), HasSubstr("No such file")));
}

}  // namespace
}  // namespace ltr::data
