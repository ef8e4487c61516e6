// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace ltr::base
