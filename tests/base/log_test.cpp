// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <array>
#include <cstdlib>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ltr::base {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Log, WhatWouldSteerATerminalIsWrittenOutAndLineEndsStay) {
  testing::internal::CaptureStderr();
  {
    Log log(Log::Voice::speaking);
    log.info("class '\x1b[31m'\n  and \xE2\x80\xAEgpj \xff");
    log.progress("\x07 of 9");
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr("class '\\x1b[31m'\n  and \\u202egpj \\xff\n"), HasSubstr("\\x07 of 9"),
                    Not(HasSubstr("\x1b[31m")), Not(HasSubstr("\x07"))));
}

/// What a terminal of this many columns gets of two live lines and one that stays.
std::string shown_on(const char* kind, const char* no_color, unsigned short columns) {
  winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, &size);
  if (child == 0) {
    ::setenv("TERM", kind, 1);
    ::setenv("NO_COLOR", no_color, 1);
    {
      Log log(Log::Voice::speaking);
      log.progress("node 1 of 5: 甲虫 in epoch 1");
      log.progress("node 1 of 5: 甲虫 in epoch 2");
      log.info("done");
    }
    ::_exit(0);
  }
  std::string text;
  std::array<char, 4096> part{};
  for (ssize_t size_read = 0; (size_read = ::read(terminal, part.data(), part.size())) > 0;) {
    text.append(part.data(), static_cast<std::size_t>(size_read));
  }
  ::close(terminal);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return text;
}

TEST(LiveLine, IsCutToTheTerminalAndReplacesItself) {
  const std::string text = shown_on("xterm", "", 17);
  // The last column stays free, and a wide character would not fit into the one before it.
  EXPECT_EQ(text.find("\r\033[Knode 1 of 5: 甲\r\033[Knode 1 of 5: 甲\r\033[K"), 0U) << text;
  EXPECT_NE(text.find("done"), std::string::npos) << text;
  const std::string whole = shown_on("xterm", "", 200);
  EXPECT_NE(whole.find("\r\033[Knode 1 of 5: 甲虫 in epoch 2\r\033[K"), std::string::npos) << whole;
}

TEST(LiveLine, IsAPlainLineWhereCodesAreNotWanted) {
  for (const std::string& text :
       {shown_on("dumb", "", 17), shown_on("xterm", "1", 17), shown_on("", "", 17)}) {
    EXPECT_EQ(text.find('\033'), std::string::npos) << text;
    EXPECT_NE(text.find("node 1 of 5: 甲虫 in epoch 1\r\n"), std::string::npos) << text;
    EXPECT_EQ(text.find("epoch 2"), std::string::npos) << text;  // not within 10 s
  }
}

}  // namespace
}  // namespace ltr::base
