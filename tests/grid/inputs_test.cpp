// SPDX-License-Identifier: Apache-2.0
#include "grid/inputs.hpp"

#include <algorithm>
#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.hpp"
#include "data/pack_format.hpp"
#include "data/pack_writer.hpp"
#include "data/temporary_folder.hpp"
#include "image/decode.hpp"
#include "message_of.hpp"
#include "store/file.hpp"
#include "store/seal.hpp"

namespace ltr::grid {
namespace {

using test::message_of;
using testing::AllOf;
using testing::HasSubstr;

/// Images of one class and 7 x 7 pixels, all of a grey level of their own.
void write_pack(const std::filesystem::path& path, std::int64_t images, std::uint8_t level) {
  data::PackContents contents;
  contents.name = path.stem().string();
  contents.class_names = {"x"};
  for (std::int64_t i = 0; i < images; ++i) contents.entries.push_back({base::ClassId(0), std::to_string(i)});
  base::Log log(base::Log::Voice::silent);
  const auto draw = [level](const data::PackEntry&, std::vector<std::byte>& bytes) {
    bytes = image::encode_png({7, 7, std::vector<std::uint8_t>(7 * 7 * 3, level)});
  };
  data::write_pack(path, contents, draw, {}, log);
}

/// Makes the table of a pack of 7 x 7 images say that they are of 13,000 x 13,000 pixels, and seals it anew.
void make_large_looking(const std::filesystem::path& path, std::size_t images) {
  std::vector<store::Extent> extents;
  {
    const store::File file = store::File::open(path);
    extents = file.extents();
  }
  const auto of = [&](const char* name) {
    return *std::ranges::find(extents, std::string("/") + name, &store::Extent::data_set);
  };
  std::vector<std::byte> bytes = data::bytes_of(path);
  const std::vector<std::int32_t> sides(2 * images, 13'000);
  std::ranges::copy(std::as_bytes(std::span(sides)),
                    bytes.begin() + static_cast<std::ptrdiff_t>(of("resolutions").offset));
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
  store::seal(path, extents, data::pack_format::kUnsealed);
}

class InputsTest : public testing::Test {
 protected:
  InputsTest() {
    configuration_.data.root = folder_.path().string();
    configuration_.data.train = "train.h5";
    configuration_.data.test = "test.h5";
    configuration_.stage_1.global_batch = 1;
    write_pack(folder_ / "train.h5", 3, 10);
    write_pack(folder_ / "test.h5", 2, 20);
  }
  template <class Error>
  std::string refusal() {
    return message_of<Error>([&] { static_cast<void>(open_inputs(configuration_)); });
  }

  data::TemporaryFolder folder_;
  config::Configuration configuration_;
};

TEST_F(InputsTest, ASetThatDoesNotFitDecodedIsRefusedBeforeAnythingStarts) {
  constexpr std::int64_t kImageBytes = std::int64_t{13'000} * 13'000 * 3;
  const std::int64_t memory = std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  const std::int64_t images = memory / 2 / kImageBytes + 2;
  write_pack(folder_ / "train.h5", images, 10);
  make_large_looking(folder_ / "train.h5", static_cast<std::size_t>(images));
  EXPECT_EQ(refusal<base::Error>(), "accepted");
  configuration_.loader.cache = config::LoaderCache::decoded;
  EXPECT_THAT(refusal<base::ConfigError>(),
              AllOf(HasSubstr("loader.cache"), HasSubstr("train.h5"), HasSubstr("leave the key out")));
}

TEST_F(InputsTest, WhatIsTrainedOnIsNotMeasuredOn) {
  EXPECT_EQ(refusal<base::Error>(), "accepted");
  std::filesystem::copy_file(folder_ / "train.h5", folder_ / "copy.h5");
  configuration_.data.validation = "copy.h5";
  EXPECT_THAT(refusal<base::DataError>(), AllOf(HasSubstr("data.train and data.validation"),
                                                HasSubstr("train.h5"), HasSubstr("copy.h5")));
  configuration_.data.validation = "";
  configuration_.data.train.names = {"train.h5", "test.h5"};
  EXPECT_THAT(refusal<base::DataError>(), AllOf(HasSubstr("data.train and data.test"), HasSubstr("test.h5")));
  configuration_.data.train.names = {"train.h5", "copy.h5"};
  EXPECT_THAT(refusal<base::DataError>(), AllOf(HasSubstr("count twice"), HasSubstr("copy.h5")));
}

TEST_F(InputsTest, ValidationThatIsTheTestIsSaid) {
  EXPECT_THAT(open_inputs(configuration_).notices, testing::IsEmpty());
  configuration_.data.validation = "test.h5";
  EXPECT_THAT(open_inputs(configuration_).notices,
              testing::ElementsAre(AllOf(HasSubstr("data.validation and data.test"), HasSubstr("test.h5"))));
}

TEST_F(InputsTest, NumbersAreThoseOfThePacks) {
  const std::map<std::string, std::int64_t> images = open_inputs(configuration_).numbers(&data::Pack::images);
  EXPECT_EQ(images, (std::map<std::string, std::int64_t>{{"test", 2}, {"train", 3}}));
}

}  // namespace
}  // namespace ltr::grid
