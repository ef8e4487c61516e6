// SPDX-License-Identifier: Apache-2.0
#include "store/atomic_file.hpp"

#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "message_of.hpp"
#include "own_folder.hpp"

namespace ltr::store {
namespace {
namespace fs = std::filesystem;

class AtomicFile : public test::OwnFolder {
 protected:
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder())) {
      found.push_back(entry.path().filename().string());
    }
    return found;
  }
};

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string failure_of(const fs::path& path, std::string_view text) {
  return test::message_of<base::SystemError>([&] { write_atomically(path, bytes_of(text)); });
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_F(AtomicFile, ReplacesTheOlderFileAndLeavesNothingElse) {
  write_atomically(folder() / "a", bytes_of("old"));
  write_atomically(folder() / "a", bytes_of("new content"));
  EXPECT_EQ(read_text_file(folder() / "a"), "new content");
  EXPECT_EQ(names(), std::vector<std::string>{"a"});
}

TEST_F(AtomicFile, HasTheUsualPermissions) {
  write_atomically(folder() / "a", bytes_of("x"));
  std::ofstream(folder() / "b") << "x";
  struct stat mine{};
  struct stat usual{};
  ASSERT_EQ(::stat((folder() / "a").c_str(), &mine), 0);
  ASSERT_EQ(::stat((folder() / "b").c_str(), &usual), 0);
  EXPECT_EQ(mine.st_mode, usual.st_mode);
}

TEST_F(AtomicFile, WithoutRoomTheOlderFileStandsAndThePartIsRemoved) {
  write_atomically(folder() / "run.h5", bytes_of("old"));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 1000;
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string message = failure_of(folder() / "run.h5", std::string(5000, 'x'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);

  EXPECT_TRUE(has(message, (folder() / "run.h5").string() + " cannot be written: File too large")) << message;
  EXPECT_TRUE(has(message, "ulimit -f")) << message;
  EXPECT_EQ(read_text_file(folder() / "run.h5"), "old");
  EXPECT_EQ(names(), std::vector<std::string>{"run.h5"});
}

TEST_F(AtomicFile, AMissingFolderIsNamedWithTheRemedy) {
  const std::string message = failure_of(folder() / "none" / "run.h5", "x");
  EXPECT_TRUE(has(message, "No such file or directory")) << message;
  EXPECT_TRUE(has(message, "create the folder " + (folder() / "none").string())) << message;
}

TEST_F(AtomicFile, AFolderThatRefusesWritesIsNamedWithTheRemedy) {
  // /proc refuses new files to everyone; permission bits would not stop root.
  const std::string message = failure_of("/proc/run.h5", "x");
  EXPECT_TRUE(has(message, "/proc/run.h5 cannot be written")) << message;
  EXPECT_TRUE(has(message, "nothing was changed")) << message;
}

TEST_F(AtomicFile, PendingFileVanishesUnlessCommitted) {
  {
    const PendingFile dropped(folder() / "pack.h5");
  }
  EXPECT_TRUE(names().empty());
  {
    PendingFile kept(folder() / "pack.h5");
    std::ofstream(kept.temporary()) << "images";
    kept.commit();
  }
  EXPECT_EQ(names(), std::vector<std::string>{"pack.h5"});
  EXPECT_EQ(read_text_file(folder() / "pack.h5"), "images");
}

TEST_F(AtomicFile, TwoPendingFilesOfOnePathDoNotShareATemporary) {
  const PendingFile one(folder() / "pack.h5");
  const PendingFile two(folder() / "pack.h5");
  EXPECT_NE(one.temporary(), two.temporary());
}

TEST_F(AtomicFile, WhatAKilledProcessLeftIsRemovedByTheNextWriterOfTheSamePath) {
  const std::string left = ".partial-" + base::kernel_name() + "-0123456789abcdef";
  std::ofstream(folder() / ("pack.h5" + left)) << "half a pack";
  const fs::path trial = folder() / ("pack.h5.partial-" + base::kernel_name() + "-fedcba9876543210");
  fs::create_directory(trial);
  std::ofstream(trial / "trial.h5") << "half a trial";
  std::ofstream(folder() / ("other.h5" + left)) << "another's";
  const PendingFile alive(folder() / "pack.h5");
  EXPECT_THAT(names(),
              testing::UnorderedElementsAre("other.h5" + left, alive.temporary().filename().string()));
  write_atomically(folder() / "pack.h5", bytes_of("whole"));
  EXPECT_THAT(names(), testing::UnorderedElementsAre("other.h5" + left, "pack.h5",
                                                     alive.temporary().filename().string()));
}

TEST_F(AtomicFile, WhatAnotherHostLeftStaysForADay) {
  const fs::path left = folder() / "pack.h5.partial-deadbeef-0123456789abcdef";
  std::ofstream(left) << "perhaps still being written";
  remove_leftovers(folder() / "pack.h5");
  EXPECT_TRUE(fs::exists(left));
  fs::last_write_time(left, fs::file_time_type::clock::now() - std::chrono::hours(25));
  remove_leftovers(folder() / "pack.h5");
  EXPECT_FALSE(fs::exists(left));
}

TEST_F(AtomicFile, WhatAPersonNamedLikeALeftoverStays) {
  for (const char* name : {"pack.h5.partial-backup", "pack.h5.partial-2024-05-01", "pack.h5.partial-"}) {
    std::ofstream(folder() / name) << "a person's";
    fs::last_write_time(folder() / name, fs::file_time_type::clock::now() - std::chrono::hours(25));
  }
  remove_leftovers(folder() / "pack.h5");
  EXPECT_EQ(names().size(), 3U);
}

TEST_F(AtomicFile, ALinkStaysAndItsTargetIsWritten) {
  fs::create_directory(folder() / "scratch");
  fs::create_symlink("scratch/run.h5", folder() / "run.h5");  // to nothing yet
  write_atomically(folder() / "run.h5", bytes_of("first"));
  write_atomically(folder() / "run.h5", bytes_of("second"));
  EXPECT_TRUE(fs::is_symlink(folder() / "run.h5"));
  EXPECT_EQ(read_text_file(folder() / "scratch/run.h5"), "second");
}

TEST_F(AtomicFile, APendingFolderVanishesWithWhatIsInIt) {
  {
    const PendingFolder trial(folder() / "run.h5");
    std::ofstream(trial.path() / "trial.h5") << "x";
  }
  EXPECT_TRUE(names().empty());
}

TEST_F(AtomicFile, ReadingNamesWhatIsMissing) {
  EXPECT_THROW((void)read_text_file(folder() / "none"), base::DataError);
  EXPECT_THROW((void)read_text_file(folder()), base::DataError);
}

}  // namespace
}  // namespace ltr::store
