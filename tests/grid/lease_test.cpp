// SPDX-License-Identifier: Apache-2.0
#include "grid/lease.hpp"

#include <chrono>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/format.hpp"
#include "own_folder.hpp"

namespace ltr::grid {
namespace {

class LeaseTest : public test::OwnFolder {
 protected:
  void write_claim(const std::string& content, std::chrono::seconds age) {
    std::ofstream(file_) << content;
    std::filesystem::last_write_time(file_, std::filesystem::file_time_type::clock::now() - age);
  }
  void SetUp() override {
    OwnFolder::SetUp();
    file_ = folder() / "lease";
  }

  std::filesystem::path file_;
  base::Log log_{base::Log::Voice::silent};
};

TEST_F(LeaseTest, IsGoneAfterwards) {
  {
    const Lease lease(file_, log_);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder()));
}

TEST_F(LeaseTest, RefusesASecondRunAndNamesTheFirst) {
  const Lease lease(file_, log_);
  try {
    const Lease second(file_, log_);
    FAIL() << "a second claim was granted";
  } catch (const base::ConfigError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr(std::to_string(getpid())));
    EXPECT_THAT(error.what(), testing::HasSubstr("run.output"));
  }
  EXPECT_TRUE(std::filesystem::exists(file_));
}

TEST_F(LeaseTest, TakesOverWhatHasBeenSilentForAMinute) {
  write_claim("elsewhere 17 99\n", std::chrono::seconds(75));
  EXPECT_NO_THROW(const Lease lease(file_, log_));
}

TEST_F(LeaseTest, RespectsAnotherHostsFreshClaim) {
  write_claim("elsewhere 17 99\n", std::chrono::seconds(20));
  EXPECT_THROW(const Lease lease(file_, log_), base::ConfigError);
}

TEST_F(LeaseTest, TakesOverAtOnceWhenTheProcessIsGoneFromThisHost) {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  // No process has a number beyond the kernel's largest.
  write_claim(base::format("{} 1999999999 -\n", host.data()), std::chrono::seconds(1));
  EXPECT_NO_THROW(const Lease lease(file_, log_));
}

TEST_F(LeaseTest, TakesOverFromADeadProcessThatNobodyHasCollected) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  siginfo_t dead{};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &dead, WEXITED | WNOWAIT), 0);
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  write_claim(base::format("{} {} -\n", host.data(), static_cast<std::int64_t>(child)),
              std::chrono::seconds(1));
  EXPECT_NO_THROW(const Lease lease(file_, log_));
  waitpid(child, nullptr, 0);
}

TEST_F(LeaseTest, SaysWhenItCannotWrite) {
  EXPECT_THROW(const Lease lease(folder() / "absent" / "lease", log_), base::SystemError);
}

}  // namespace
}  // namespace ltr::grid
