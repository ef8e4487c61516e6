// SPDX-License-Identifier: Apache-2.0
#include "base/file_hold.hpp"

#include <array>
#include <csignal>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "own_folder.hpp"

namespace ltr::base {
namespace {

class FileHoldTest : public test::OwnFolder {
 protected:
  void SetUp() override {
    OwnFolder::SetUp();
    file_ = folder() / "claim";
    std::ofstream(file_) << "x";
  }
  std::filesystem::path file_;
};

TEST_F(FileHoldTest, OneAtATimeAndAgainAfterwards) {
  {
    const FileHold first(file_);
    EXPECT_EQ(first.found(), Holding::free);
    EXPECT_EQ(FileHold(file_).found(), Holding::held);
  }
  EXPECT_EQ(FileHold(file_).found(), Holding::free);
}

TEST_F(FileHoldTest, AKilledProcessHoldsNothing) {
  std::array<int, 2> ready{};
  ASSERT_EQ(pipe(ready.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    const FileHold hold(file_);
    if (write(ready[1], "x", 1) != 1) _exit(1);
    pause();
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  EXPECT_EQ(FileHold(file_).found(), Holding::held);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(FileHold(file_).found(), Holding::free);
}

TEST_F(FileHoldTest, ServesFoldersToo) {
  const FileHold first(folder());
  EXPECT_TRUE(first.holds());
  EXPECT_EQ(FileHold(folder()).found(), Holding::held);
}

TEST_F(FileHoldTest, WhatWasReplacedIsNoLongerHeld) {
  const FileHold hold(file_);
  std::ofstream(folder() / "other") << "y";
  std::filesystem::rename(folder() / "other", file_);
  EXPECT_FALSE(hold.holds());
}

TEST_F(FileHoldTest, OfNothingNothingIsKnown) {
  EXPECT_EQ(FileHold(folder() / "none").found(), Holding::unknown);
}

TEST(RandomName, IsAnotherEachTime) {
  EXPECT_EQ(random_name().size(), 16U);
  EXPECT_NE(random_name(), random_name());
}

}  // namespace
}  // namespace ltr::base
