// SPDX-License-Identifier: Apache-2.0
#include "base/text_file.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "message_of.hpp"
#include "own_folder.hpp"

namespace ltr::base {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class TextFile : public test::OwnFolder {
 protected:
  std::filesystem::path write(std::string_view bytes) const {
    std::ofstream(path("text.txt"), std::ios::binary) << bytes;
    return path("text.txt");
  }
  template <class Kind>
  static std::string refusal(const std::filesystem::path& file) {
    return test::message_of<Kind>([&] { return read_text_file(file); });
  }
};

TEST_F(TextFile, IsReadAsItIs) {
  std::string text(3'000'000, 'x');
  text += "\r\nlast";
  EXPECT_EQ(read_text_file(write(text)), text);
  EXPECT_EQ(read_text_file(write("")), "");
}

TEST_F(TextFile, ByteOrderMarkAtItsHeadIsNoPartOfIt) {
  EXPECT_EQ(read_text_file(write("\ufeffa.jpg 0\n")), "a.jpg 0\n");
  EXPECT_EQ(read_text_file(write("\xEF\xBB\xBF")), "");
  EXPECT_EQ(read_text_file(write("a\xEF\xBB\xBF")), "a\xEF\xBB\xBF");
}

TEST_F(TextFile, AbsentFilesAndFoldersAreNamed) {
  EXPECT_THAT(refusal<DataError>(path("none")), AllOf(HasSubstr("none"), HasSubstr("No such file")));
  EXPECT_THAT(refusal<DataError>(folder()), HasSubstr("is a folder"));
}

TEST_F(TextFile, PipesAreRefusedAtOnce) {
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_THAT(refusal<DataError>(path("pipe")), HasSubstr("no regular file"));
}

TEST_F(TextFile, Utf16IsToldFromDamage) {
  EXPECT_THAT(refusal<DataError>(write(std::string_view("\xFF\xFE"
                                                        "a\0",
                                                        4))),
              HasSubstr("UTF-16"));
  EXPECT_THAT(refusal<DataError>(write(std::string_view("\xFE\xFF\0a", 4))), HasSubstr("UTF-16"));
  EXPECT_THAT(refusal<DataError>(write(std::string_view("a.jpg 0\n\0\0", 10))), HasSubstr("zero byte"));
}

TEST_F(TextFile, SizeIsBounded) {
  std::filesystem::resize_file(write("a.jpg 0\n"), kLargestTextBytes + 1);  // sparse: takes no disk
  EXPECT_THAT(refusal<DataError>(path("text.txt")), HasSubstr("4.0 GiB"));
  std::filesystem::resize_file(path("text.txt"), kLargestTextBytes);
  EXPECT_THAT(refusal<DataError>(path("text.txt")), HasSubstr("zero byte"));  // in its first block
}

TEST_F(TextFile, FailureOfTheSystemIsNoFaultOfTheText) {
  // The memory of this process from address 0 on: a regular file whose reading fails with EIO.
  EXPECT_THAT(refusal<SystemError>("/proc/self/mem"), HasSubstr("/proc/self/mem"));
}

}  // namespace
}  // namespace ltr::base
