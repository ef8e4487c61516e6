// SPDX-License-Identifier: Apache-2.0
#include "base/path.hpp"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "message_of.hpp"

namespace ltr::base {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class ExpandedPath : public testing::Test {
 protected:
  ExpandedPath() : home_(std::getenv("HOME") != nullptr ? std::getenv("HOME") : "") {
    setenv("HOME", "/home/ada", 1);
    setenv("LTR_TEST_SCRATCH", "/scratch/ada", 1);
    setenv("LTR_TEST_EMPTY", "", 1);
  }
  ~ExpandedPath() override { setenv("HOME", home_.c_str(), 1); }

  static std::string refusal(std::string_view path) {
    return test::message_of<ConfigError>([&] { return expanded_path(path); });
  }

 private:
  std::string home_;
};

TEST_F(ExpandedPath, HasHomeAndVariablesAtItsHeadReplaced) {
  EXPECT_EQ(expanded_path("~"), "/home/ada");
  EXPECT_EQ(expanded_path("~/runs/a.h5"), "/home/ada/runs/a.h5");
  EXPECT_EQ(expanded_path("$LTR_TEST_SCRATCH/a.h5"), "/scratch/ada/a.h5");
  EXPECT_EQ(expanded_path("${LTR_TEST_SCRATCH}/a.h5"), "/scratch/ada/a.h5");
  EXPECT_EQ(expanded_path("${LTR_TEST_SCRATCH}_2/a.h5"), "/scratch/ada_2/a.h5");
  EXPECT_EQ(expanded_path("$LTR_TEST_SCRATCH"), "/scratch/ada");
}

TEST_F(ExpandedPath, IsAnyOtherAsItStands) {
  for (const char* path :
       {"", ".", "a.h5", "/a/b.h5", "./~", "./$HOME", "a~", "a/~/b", "a/$HOME", "$", "$1", "$-x"}) {
    EXPECT_EQ(expanded_path(path), path);
  }
}

TEST_F(ExpandedPath, NamesTheVariableThatIsNotSet) {
  EXPECT_THAT(refusal("$LTR_TEST_ABSENT/a.h5"),
              AllOf(HasSubstr("the path $LTR_TEST_ABSENT/a.h5"), HasSubstr("has no LTR_TEST_ABSENT;")));
  EXPECT_THAT(refusal("${LTR_TEST_ABSENT}/a.h5"), HasSubstr("has no LTR_TEST_ABSENT;"));
  EXPECT_THAT(refusal("$LTR_TEST_EMPTY/a.h5"), HasSubstr("has no LTR_TEST_EMPTY;"));
  unsetenv("HOME");
  EXPECT_THAT(refusal("~/a.h5"), HasSubstr("has no HOME;"));
}

TEST_F(ExpandedPath, RefusesWhatAShellWouldExpandOtherwise) {
  EXPECT_THAT(refusal("~ada/a.h5"), AllOf(HasSubstr("begins with ~ada;"), HasSubstr("./~ada/a.h5")));
  EXPECT_THAT(refusal("${HOME:-/tmp}/a.h5"), HasSubstr("begins with ${HOME:-;"));
  EXPECT_THAT(refusal("${HOME/a.h5"), HasSubstr("begins with ${HOME;"));
}

TEST(ShippedPath, OutsideOfAnInstalledTreeIsAsTyped) {
  EXPECT_EQ(installed_folder(), std::filesystem::path());
  EXPECT_EQ(shipped_path("paper/table_1.toml"), "paper/table_1.toml");
  EXPECT_EQ(shipped_path("/etc/hostname"), "/etc/hostname");
}

}  // namespace
}  // namespace ltr::base
