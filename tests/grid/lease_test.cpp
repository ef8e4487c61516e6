// SPDX-License-Identifier: Apache-2.0
#include "grid/lease.hpp"

#include <chrono>
#include <fstream>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/format.hpp"
#include "message_of.hpp"
#include "own_folder.hpp"

namespace ltr::grid {
namespace {

using testing::AllOf;
using testing::HasSubstr;

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

  static constexpr LeaseTimeouts kHasty{.silent_s = 60, .watched_s = 0.3};

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
  EXPECT_THAT(test::message_of<base::ConfigError>([&] { const Lease second(file_, log_); }),
              AllOf(HasSubstr(std::to_string(getpid())), HasSubstr("run.output")));
  EXPECT_TRUE(std::filesystem::exists(file_));
}

TEST_F(LeaseTest, TakesOverWhatHasBeenSilentForAMinute) {
  write_claim("0123456789abcdef deadbeef elsewhere 17 99\n", std::chrono::seconds(75));
  EXPECT_NO_THROW(const Lease lease(file_, log_, {}, kHasty));
}

TEST_F(LeaseTest, RespectsAnotherHostsFreshClaim) {
  write_claim("0123456789abcdef deadbeef elsewhere 17 99\n", std::chrono::seconds(20));
  EXPECT_THROW(const Lease lease(file_, log_, {}, kHasty), base::ConfigError);
}

TEST_F(LeaseTest, RespectsAClaimThatIsRenewedWhileItIsWatched) {
  // As after a clock was set: by its age alone it would be long dead.
  write_claim("0123456789abcdef deadbeef elsewhere 17 99\n", std::chrono::hours(24));
  const Heartbeat alive(file_, [] { return true; }, std::chrono::milliseconds(50));
  EXPECT_THROW(const Lease lease(file_, log_, {}, kHasty), base::ConfigError);
}

TEST_F(LeaseTest, AClaimFromTheFutureIsWatchedForLonger) {
  write_claim("0123456789abcdef deadbeef elsewhere 17 99\n", -std::chrono::hours(24));
  EXPECT_NO_THROW(const Lease lease(file_, log_, {}, {.silent_s = 0.2, .watched_s = 0.2}));
}

TEST_F(LeaseTest, WatchingEndsWhereAStopIsAskedFor) {
  write_claim("0123456789abcdef deadbeef elsewhere 17 99\n", std::chrono::seconds(75));
  EXPECT_THROW(const Lease lease(file_, log_, [] { return true; }), base::Stopped);
}

TEST_F(LeaseTest, TakesOverAtOnceWhereTheKernelHasTakenTheHoldBack) {
  // Whatever the process number says: another process, or this very one, may have it by now.
  write_claim(base::format("0123456789abcdef {} container {} -\n", base::kernel_name(), getpid()),
              std::chrono::seconds(1));
  EXPECT_NO_THROW(const Lease lease(file_, log_));
}

TEST_F(LeaseTest, RespectsALiveHolderWhoseProcessCannotBeSeen) {
  // In another container of the same host name: its number there is nobody's here.
  write_claim(base::format("0123456789abcdef {} container 1999999999 -\n", base::kernel_name()),
              std::chrono::seconds(1));
  const base::FileHold alive(file_);
  ASSERT_TRUE(alive.holds());
  EXPECT_THROW(const Lease lease(file_, log_), base::ConfigError);
}

TEST_F(LeaseTest, AHolderThatWasTakenOverNoticesBeforeItWrites) {
  std::optional<Lease> suspended(std::in_place, file_, log_);
  EXPECT_NO_THROW(suspended->mark().require());
  std::filesystem::last_write_time(file_,
                                   std::filesystem::file_time_type::clock::now() - std::chrono::seconds(75));
  const Lease successor(file_, log_, {}, kHasty);
  EXPECT_THAT(test::message_of<base::ConfigError>([&] { suspended->mark().require(); }),
              AllOf(HasSubstr("is no longer this run's"), HasSubstr("has taken it over")));
  suspended.reset();  // does not take the successor's claim away
  EXPECT_NO_THROW(successor.mark().require());
  EXPECT_TRUE(std::filesystem::exists(file_));
}

TEST_F(LeaseTest, NamesNeverReachTheTerminalRaw) {
  write_claim("0123456789abcdef deadbeef else\x1b[31mwhere 17 99\n", std::chrono::seconds(1));
  EXPECT_THAT(test::message_of<base::ConfigError>([&] { const Lease lease(file_, log_); }),
              AllOf(HasSubstr("else\\x1b[31mwhere"), testing::Not(HasSubstr("\x1b"))));
}

TEST_F(LeaseTest, SaysWhenItCannotWrite) {
  EXPECT_THROW(const Lease lease(folder() / "absent" / "lease", log_), base::SystemError);
}

}  // namespace
}  // namespace ltr::grid
