// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.hpp"

#include <string>

#include <gtest/gtest.h>

namespace ltr::base {
namespace {

TEST(DisplayColumns, CountsWhatATerminalShows) {
  EXPECT_EQ(display_columns("node 1 of 5"), 11U);
  EXPECT_EQ(display_columns("Käfer ± …"), 9U);
  EXPECT_EQ(display_columns("甲虫 beetle"), 11U);
  EXPECT_EQ(display_columns("e\u0301te\u0301"), 3U);
  EXPECT_EQ(display_columns("\U0001F41E"), 2U);
  EXPECT_EQ(display_columns(""), 0U);
}

TEST(HeadOfColumns, IsCutBetweenCharacters) {
  EXPECT_EQ(head_of_columns("node 1 of 5", 6), "node 1");
  EXPECT_EQ(head_of_columns("node 1 of 5", 80), "node 1 of 5");
  EXPECT_EQ(head_of_columns("Käfer", 2), "Kä");
  // A wide character that would stick out by one column is left out; an accent stays with its letter.
  EXPECT_EQ(head_of_columns("甲虫", 3), "甲");
  EXPECT_EQ(head_of_columns("e\u0301te\u0301", 1), "e\u0301");
  EXPECT_EQ(head_of_columns("abc", 0), "");
}

TEST(HeadOfColumns, TakesBytesThatAreNoCharactersForOneColumnEach) {
  const std::string broken =
      "ab\xE4"
      "c";
  EXPECT_EQ(display_columns(broken), 4U);
  EXPECT_EQ(head_of_columns(broken, 3), "ab\xE4");
}

}  // namespace
}  // namespace ltr::base
