// SPDX-License-Identifier: Apache-2.0
#include "grid/created_folders.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "own_folder.hpp"

namespace ltr::grid {
namespace {

class CreatedFoldersTest : public test::OwnFolder {};

TEST_F(CreatedFoldersTest, GoAgainWithThoseAboveThem) {
  CreatedFolders(folder() / "a/b/c").remove();
  EXPECT_TRUE(std::filesystem::is_empty(folder()));
}

TEST_F(CreatedFoldersTest, StayWhereAnotherRunHasMadeThem) {
  std::filesystem::create_directories(folder() / "a/b");
  CreatedFolders(folder() / "a/b").remove();
  EXPECT_TRUE(std::filesystem::exists(folder() / "a/b"));
}

TEST_F(CreatedFoldersTest, StayWhereAnotherRunUsesThemMeanwhile) {
  const CreatedFolders created(folder() / "a/run.h5.parts");
  std::ofstream(folder() / "a/run.h5.parts/lease") << "another's";
  created.remove();
  EXPECT_TRUE(std::filesystem::exists(folder() / "a/run.h5.parts/lease"));
}

TEST_F(CreatedFoldersTest, LeaveNothingWhereTheyCannotBeMade) {
  std::ofstream(folder() / "file") << "x";
  EXPECT_THROW(CreatedFolders(folder() / "file/b"), base::ConfigError);
  EXPECT_TRUE(std::filesystem::is_regular_file(folder() / "file"));
}

}  // namespace
}  // namespace ltr::grid
