// SPDX-License-Identifier: Apache-2.0
#include "data/stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "data/pack_format.hpp"
#include "data/pack_writer.hpp"
#include "data/temporary_folder.hpp"
#include "image/decode.hpp"
#include "store/file.hpp"

namespace ltr::data {
namespace {

using testing::AllOf;
using testing::HasSubstr;

bool never() { return false; }

class StageTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(local_);
    for (const char* name : {"a", "b"}) {
      PackContents contents;
      contents.name = name;
      contents.class_names = {"x"};
      contents.entries = {{base::ClassId(0), "0"}};
      const auto draw = [&](const PackEntry&, std::vector<std::byte>& bytes) {
        bytes = image::encode_png({8, 8, std::vector<std::uint8_t>(8 * 8 * 3, std::uint8_t(*name))});
      };
      write_pack(folder_ / (std::string(name) + ".h5"), contents, draw, {}, log_);
    }
  }
  [[nodiscard]] std::vector<std::string> copies() const {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(local_))
      names.push_back(file.path().filename());
    return names;
  }

  TemporaryFolder folder_;
  std::filesystem::path local_ = folder_ / "local";
  std::vector<std::filesystem::path> paths_{folder_ / "a.h5", folder_ / "b.h5"};
  base::Log log_{base::Log::Voice::silent};
};

TEST_F(StageTest, CopiesEveryFileAndTheCopiesAreTheSamePack) {
  const Pack pack(paths_);
  stage(pack, local_, never, log_);
  const std::vector<std::filesystem::path> staged = staged_paths(pack, local_);
  ASSERT_EQ(staged.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(bytes_of(staged[i]), bytes_of(paths_[i]));
  EXPECT_EQ(copies().size(), 2U);
  EXPECT_EQ(Pack(staged).content_hash(), pack.content_hash());
}

TEST_F(StageTest, SoundCopiesAreLeftAndOthersMadeAgain) {
  const Pack pack(paths_);
  stage(pack, local_, never, log_);
  const std::vector<std::filesystem::path> staged = staged_paths(pack, local_);
  const auto long_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  for (const auto& path : staged) std::filesystem::last_write_time(path, long_ago);
  std::filesystem::resize_file(staged[1], 1000);
  std::filesystem::last_write_time(staged[1], long_ago);
  stage(pack, local_, never, log_);
  EXPECT_EQ(std::filesystem::last_write_time(staged[0]), long_ago);
  EXPECT_NE(std::filesystem::last_write_time(staged[1]), long_ago);
  EXPECT_EQ(bytes_of(staged[1]), bytes_of(paths_[1]));
}

TEST_F(StageTest, ACopyWithAChangedImageIsMadeAgain) {
  const Pack pack(paths_);
  stage(pack, local_, never, log_);
  const std::filesystem::path copy = staged_paths(pack, local_)[1];
  std::uint64_t begin = 0;
  {
    const store::File file = store::File::open(copy);
    begin = file.file_offset(pack_format::kBytes);
  }
  std::vector<std::byte> bytes = bytes_of(copy);
  bytes[begin + 40] ^= std::byte{1};
  std::ofstream(copy, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
  ASSERT_NE(bytes_of(copy), bytes_of(paths_[1]));
  stage(pack, local_, never, log_);
  EXPECT_EQ(bytes_of(copy), bytes_of(paths_[1]));
}

TEST_F(StageTest, PacksOfOneNameAreKeptApart) {
  std::filesystem::create_directory(folder_ / "other");
  std::filesystem::copy_file(paths_[1], folder_ / "other/a.h5");
  EXPECT_NE(staged_paths(Pack(paths_[0]), local_), staged_paths(Pack(folder_ / "other/a.h5"), local_));
}

TEST_F(StageTest, AMissingFolderIsRefusedByName) {
  const Pack pack(paths_);
  EXPECT_THAT(message_of<base::ConfigError>([&] { stage(pack, folder_ / "absent", never, log_); }),
              AllOf(HasSubstr("data.stage"), HasSubstr("absent"), HasSubstr("create it")));
}

TEST_F(StageTest, AStopLeavesNothing) {
  int asked = 0;
  const auto stop = [&asked] { return ++asked > 1; };
  EXPECT_THROW(stage(Pack(paths_), local_, stop, log_), base::Stopped);
  EXPECT_EQ(copies().size(), 0U);
}

TEST_F(StageTest, AFolderThatTakesNoFilesIsAnError) {
  EXPECT_THAT(message_of<base::Error>([&] { stage(Pack(paths_), "/proc", never, log_); }),
              HasSubstr("/proc"));
}

}  // namespace
}  // namespace ltr::data
