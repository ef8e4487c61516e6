// SPDX-License-Identifier: Apache-2.0
#include "store/free_space.hpp"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "message_of.hpp"

namespace ltr::store {
namespace {

TEST(FreeSpace, PassesWhereThereIsRoom) {
  EXPECT_NO_THROW(require_free_space(testing::TempDir(), 1, "a file"));
}

TEST(FreeSpace, NamesFolderFiguresAndRemedy) {
  // No file system has room for 2^64 bytes.
  EXPECT_THAT(test::message_of<base::SystemError>([] {
                require_free_space(testing::TempDir(), std::numeric_limits<std::uint64_t>::max(), "a file");
              }),
              testing::AllOf(testing::HasSubstr(testing::TempDir()), testing::HasSubstr("a file needs 16"),
                             testing::HasSubstr("write elsewhere")));
}

}  // namespace
}  // namespace ltr::store
