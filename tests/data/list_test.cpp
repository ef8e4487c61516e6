// SPDX-License-Identifier: Apache-2.0
#include "data/list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "data/temporary_folder.hpp"

namespace ltr::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string refusal(std::string_view text, std::optional<std::int32_t> classes = std::nullopt) {
  return message_of<base::DataError>([&] { static_cast<void>(parse_list(text, "train.txt", classes)); });
}

TEST(List, KeepsPathsLabelsAndLinesInFileOrder) {
  const ImageList list = parse_list("b/2.jpg 1\n\na/1.jpg 0\n", "train.txt");
  ASSERT_EQ(list.entries.size(), 2U);
  EXPECT_EQ(list.entries[0].path, "b/2.jpg");
  EXPECT_EQ(list.entries[0].label, base::ClassId(1));
  EXPECT_EQ(list.entries[1].path, "a/1.jpg");
  EXPECT_EQ(list.entries[1].number, 3);
  EXPECT_EQ(list.classes, 2);
  EXPECT_THAT(list.notes, IsEmpty());
}

TEST(List, PathMayHoldSpacesAndTheLabelMayFollowATab) {
  const ImageList list = parse_list("my photos/a cat 7.jpg 0\nother.jpg\t1\n", "train.txt");
  EXPECT_EQ(list.entries[0].path, "my photos/a cat 7.jpg");
  EXPECT_EQ(list.entries[1].path, "other.jpg");
}

TEST(List, HashIsGitsOwn) {
  // printf 'a.jpg 0\n' | git hash-object --stdin
  EXPECT_EQ(parse_list("a.jpg 0\n", "train.txt").hash, "8dcfab89fe539823bc61a68718159a639aff8eb5");
}

TEST(List, LineWithoutALabelIsNamed) {
  EXPECT_THAT(refusal("a.jpg 0\nb.jpg\n"),
              AllOf(HasSubstr("train.txt:2"), HasSubstr("'b.jpg' has no label")));
  EXPECT_THAT(refusal("a.jpg 0\nmy photo.jpg\n"), AllOf(HasSubstr("train.txt:2"), HasSubstr("'photo.jpg'")));
  EXPECT_THAT(refusal("7\n"), AllOf(HasSubstr("train.txt:1"), HasSubstr("no label")));
  EXPECT_THAT(refusal("a.jpg 0\n  1\n"), AllOf(HasSubstr("train.txt:2"), HasSubstr("no label")));
}

TEST(List, LabelThatIsNoIntegerFromZeroOnIsNamed) {
  for (const char* label : {"-1", "1.5", "cat", "0x1", "99999999999", "2147483647"}) {
    EXPECT_THAT(refusal(std::string("a.jpg 0\nb.jpg ") + label + "\n"),
                AllOf(HasSubstr("train.txt:2"), HasSubstr(std::string("label '") + label + "'")));
  }
}

TEST(List, GapInTheLabelsOfATrainingListIsNamed) {
  EXPECT_THAT(
      refusal("a.jpg 0\nb.jpg 3\nc.jpg 2\n"),
      AllOf(HasSubstr("train.txt:2: label 3"), HasSubstr("class 1 has no image"), HasSubstr("--like")));
  EXPECT_THAT(refusal("a.jpg 2000000000\n"), HasSubstr("class 0 has no image"));
}

TEST(List, ClassesMayBeEmptyButNotUnknownWhenTheirNumberIsGiven) {
  EXPECT_EQ(parse_list("a.jpg 0\nb.jpg 3\n", "test.txt", 5).classes, 5);
  EXPECT_THAT(refusal("a.jpg 0\nb.jpg 5\n", 5), AllOf(HasSubstr("train.txt:2"), HasSubstr("outside 0..4")));
}

TEST(List, PathListedTwiceIsNamedWithBothLines) {
  EXPECT_THAT(refusal("a.jpg 0\nb.jpg 1\na.jpg 1\n"),
              AllOf(HasSubstr("train.txt:3"), HasSubstr("'a.jpg'"), HasSubstr("line 1")));
}

TEST(List, EmptyListIsRefused) {
  EXPECT_THAT(refusal(""), HasSubstr("train.txt: the list is empty"));
  EXPECT_THAT(refusal("\n  \n"), HasSubstr("empty"));
}

TEST(List, WindowsLineEndsAreTakenWithANote) {
  const ImageList list = parse_list("a.jpg 0\r\nb.jpg 1\r\n", "train.txt");
  EXPECT_EQ(list.entries[1].path, "b.jpg");
  EXPECT_EQ(list.entries[1].label, base::ClassId(1));
  EXPECT_THAT(list.notes, ElementsAre(AllOf(HasSubstr("2 lines"), HasSubstr("CR LF"))));
}

TEST(List, LastLineWithoutNewlineIsNamed) {
  EXPECT_THAT(refusal("a.jpg 0\nb.jp"), AllOf(HasSubstr("train.txt:2"), HasSubstr("cut off")));
  EXPECT_THAT(refusal("a.jpg 0\nb.jpg "), AllOf(HasSubstr("train.txt:2"), HasSubstr("cut off")));
  EXPECT_THAT(parse_list("a.jpg 0\nb.jpg 1", "train.txt").notes,
              ElementsAre(AllOf(HasSubstr("train.txt:2"), HasSubstr("no newline"))));
}

TEST(List, ControlCharactersOfAWrongFileDoNotReachTheTerminal) {
  const std::string message = refusal("\x89HDF\r\n\x1a\n");
  EXPECT_EQ(message.find('\x1a'), std::string::npos);
  EXPECT_EQ(message.find('\x89'), std::string::npos);
  EXPECT_EQ(message.find('\r'), std::string::npos);
}

TEST(List, FileThatIsNotThereIsNamed) {
  EXPECT_THAT(message_of<base::DataError>([] { static_cast<void>(read_list("/no/such/list.txt")); }),
              HasSubstr("/no/such/list.txt"));
}

TEST(List, ByteOrderMarkIsNoPartOfTheListNorOfItsHash) {
  const TemporaryFolder folder;
  const ImageList list = read_list(folder.write("bom.txt",
                                                "\xEF\xBB\xBF"
                                                "a.jpg 0\n"));
  EXPECT_EQ(list.entries[0].path, "a.jpg");
  EXPECT_EQ(list.hash, parse_list("a.jpg 0\n", "l").hash);
}

TEST(List, OtherSpellingsOfOnePathAreTheSame) {
  for (const char* path : {"./a/b.jpg", "a//b.jpg", "a/./b.jpg", "a/c/../b.jpg"}) {
    EXPECT_THAT(refusal("a/b.jpg 0\n" + std::string(path) + " 1\n"),
                AllOf(HasSubstr("train.txt:2"), HasSubstr("line 1")));
  }
  EXPECT_EQ(parse_list("./a.jpg 0\n./b.jpg 1\n", "l").entries[0].path, "./a.jpg");
}

TEST(List, CarriageReturnInAPathIsNamed) {
  EXPECT_THAT(refusal("a.jpg 0\rb.jpg 1\r"), AllOf(HasSubstr("train.txt:1"), HasSubstr("carriage return")));
}

TEST(List, NamesAreShownShortAndPrintable) {
  EXPECT_EQ(shown("a\x1b[31mb\nc"), "a\\x1b[31mb\\nc");
  EXPECT_EQ(shown(std::string(70, 'x')), std::string(60, 'x') + "...");
  EXPECT_EQ(shown(std::string(59, 'x') + "\u6a39\u6a39"),
            std::string(59, 'x') + "...");  // not cut inside one
}

}  // namespace
}  // namespace ltr::data
