// SPDX-License-Identifier: Apache-2.0
#include "store/seal.hpp"

#include <fstream>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "own_folder.hpp"
#include "store/atomic_file.hpp"

namespace ltr::store {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

class Seal : public test::OwnFolder {
 protected:
  void SetUp() override {
    OwnFolder::SetUp();
    path_ = folder() / "run.h5";
    File file = File::create(path_);
    std::vector<std::int64_t> values(100);
    std::iota(values.begin(), values.end(), 1);
    file.create_group("cells").write("correct", values);
    file.write("images", values);
    file.write_strings("names", std::vector<std::string>{"oak", "elm"});
    extents_ = file.extents();
    file.close();
    unsealed_size_ = std::filesystem::file_size(path_);
    seal(path_, extents_, "/images");
  }
  [[nodiscard]] const Extent& extent(std::string_view name) const {
    return *std::ranges::find(extents_, name, &Extent::data_set);
  }
  void flip(std::uint64_t at, int bit = 0) {
    std::string bytes = read_text_file(path_);
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  [[nodiscard]] std::string complaint() const {
    try {
      return check_seal(path_) ? "sealed" : "no seal";
    } catch (const base::DataError& error) {
      return error.what();
    }
  }

  std::filesystem::path path_;
  std::vector<Extent> extents_;
  std::uint64_t unsealed_size_ = 0;
};

TEST_F(Seal, HoldsForWhatWasWritten) {
  EXPECT_TRUE(check_seal(path_));
  EXPECT_EQ(File::open(path_).group("cells").read<std::int64_t>("correct").back(), 100);
}

TEST_F(Seal, NamesTheDataSetThatIsDamaged) {
  flip(extent("/cells/correct").offset + 17);
  EXPECT_THAT(complaint(),
              HasSubstr(path_.string() + " is damaged: /cells/correct is not as it was written"));
}

TEST_F(Seal, NoticesEveryBitOfTheRest) {
  const Extent& open = extent("/images");
  const std::uint64_t size = std::filesystem::file_size(path_);
  for (std::uint64_t at = 0; at < size; at += 31 + at % 7) {
    if (at >= open.offset && at < open.offset + open.size) continue;
    flip(at, static_cast<int>(at % 8));
    // Damage of the last line's first words takes the seal away, which readers refuse as well.
    EXPECT_THAT(complaint(), AnyOf(HasSubstr("is damaged"), "no seal")) << at;
    flip(at, static_cast<int>(at % 8));
  }
  EXPECT_EQ(complaint(), "sealed");
}

TEST_F(Seal, LeavesTheOpenDataSetOut) {
  flip(extent("/images").offset + 3);
  EXPECT_EQ(complaint(), "sealed");
}

TEST_F(Seal, IsGoneWhereTheFileIsCutOff) {
  std::filesystem::resize_file(path_, unsealed_size_);
  EXPECT_EQ(complaint(), "no seal");
}

TEST_F(Seal, ServesAnyFileAndNoDataSets) {
  std::ofstream(path_, std::ios::binary) << "features";
  seal(path_, {});
  EXPECT_EQ(complaint(), "sealed");
  flip(2);
  EXPECT_THAT(complaint(), HasSubstr("is damaged"));
}

TEST_F(Seal, TextsComeBackWithoutIt) {
  const std::string text = "format = 1\n";
  write_sealed(path_, std::as_bytes(std::span(text)));
  EXPECT_EQ(read_sealed(path_), text);
  flip(3);
  EXPECT_THROW((void)read_sealed(path_), base::DataError);
  std::ofstream(path_) << text;
  EXPECT_THROW((void)read_sealed(path_), base::DataError);
}

TEST_F(Seal, WhatIsNoFileHasNone) {
  EXPECT_FALSE(check_seal(folder()));
  EXPECT_FALSE(check_seal(folder() / "none"));
}

}  // namespace
}  // namespace ltr::store
