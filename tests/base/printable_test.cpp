// SPDX-License-Identifier: Apache-2.0
#include "base/printable.hpp"

#include <string>

#include <gtest/gtest.h>

namespace ltr::base {
namespace {

TEST(Printable, WordsOfEveryScriptStayAsTheyAre) {
  for (const std::string text : {"", "n01440764 tench", "樹", "été", "😀", "C:\\photos", "a\u00a0b"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, ControlCharactersAreWrittenOut) {
  EXPECT_EQ(printable("a\nb\rc\td"), "a\\nb\\rc\\td");
  EXPECT_EQ(printable("\x1b[31mred"), "\\x1b[31mred");
  EXPECT_EQ(printable(std::string_view("\0\x7f", 2)), "\\x00\\x7f");
  EXPECT_EQ(printable("\xC2\x9B[2J"), "\\u009b[2J");
}

TEST(Printable, MarksThatReorderOrEndALineAreWrittenOut) {
  EXPECT_EQ(printable("\u202e\u202a\u2066\u2069\u200e\u200f\u061c"),
            "\\u202e\\u202a\\u2066\\u2069\\u200e\\u200f\\u061c");
  EXPECT_EQ(printable("\u2028\u2029\ufeff"), "\\u2028\\u2029\\ufeff");
}

TEST(Printable, BytesThatAreNotUtf8AreWrittenOutOneByOne) {
  EXPECT_EQ(printable("caf\xe9 noir"), "caf\\xe9 noir");
  EXPECT_EQ(printable("\xE6\xA8"), "\\xe6\\xa8");                    // cut off
  EXPECT_EQ(printable("\xC0\x8A"), "\\xc0\\x8a");                    // overlong
  EXPECT_EQ(printable("\xE0\x80\x8A"), "\\xe0\\x80\\x8a");           // overlong
  EXPECT_EQ(printable("\xED\xA0\x80"), "\\xed\\xa0\\x80");           // a surrogate
  EXPECT_EQ(printable("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond the last code
}

TEST(Printable, PrintedAgainNothingChanges) {
  const std::string once = printable("\x1b\n\u202e\xff");
  EXPECT_EQ(printable(once), once);
}

TEST(PrintableLines, OnlyLineEndsStay) { EXPECT_EQ(printable_lines("a\r\n\x1b\n"), "a\\r\n\\x1b\n"); }

}  // namespace
}  // namespace ltr::base
