// SPDX-License-Identifier: Apache-2.0
#include "store/file.hpp"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numeric>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "message_of.hpp"
#include "own_folder.hpp"
#include "store/atomic_file.hpp"

/// The library itself leaks when it meets damaged metadata.
// NOLINTNEXTLINE(readability-identifier-naming): the sanitizer looks for this name.
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5"; }

namespace ltr::store {
namespace {
namespace fs = std::filesystem;

class HdfFile : public test::OwnFolder {};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_F(HdfFile, HoldsEveryElementTypeWithItsExtremes) {
  File file = File::create_in_memory();
  const auto round_trip = [&file]<class T>(const char* name, std::vector<T> values) {
    file.write(name, values);
    EXPECT_EQ(file.read<T>(name), values) << name;
    file.set_attribute(name, values.back());
    EXPECT_EQ(file.attribute<T>(name), values.back()) << name;
  };
  round_trip("u8", std::vector<std::uint8_t>{0, 1, 255});
  round_trip("i32", std::vector<std::int32_t>{INT32_MIN, 0, INT32_MAX});
  round_trip("u32", std::vector<std::uint32_t>{0, UINT32_MAX});
  round_trip("i64", std::vector<std::int64_t>{INT64_MIN, -1, INT64_MAX});
  round_trip("u64", std::vector<std::uint64_t>{0, UINT64_MAX});
  round_trip("f32", std::vector<float>{-0.0F, 1e-45F, 3.4e38F});
  round_trip("f64", std::vector<double>{5e-324, 0.1, -1.7e308});
}

TEST_F(HdfFile, ImageInMemoryIsTheFileOnDisk) {
  File memory = File::create_in_memory();
  Group inner = memory.create_group("cells").create_group("seed_0.joint");
  const std::vector<std::int64_t> matrix{1, 2, 3, 4, 5, 6};
  const std::vector<std::uint64_t> shape{2, 3};
  inner.write<std::int64_t>("confusion", matrix, shape);
  inner.set_attribute("sampling", "square_root");
  memory.write_strings("names", std::vector<std::string>{"ant", "", "Käfer, \"grün\""});
  memory.write_text("configuration", "[run]\nseeds = [0]\n");
  write_atomically(path("run.h5"), memory.image());

  const File disk = File::open(path("run.h5"));
  const Group cell = disk.group("cells").group("seed_0.joint");
  EXPECT_EQ(cell.read<std::int64_t>("confusion"), matrix);
  EXPECT_EQ(cell.shape("confusion"), shape);
  EXPECT_EQ(cell.text_attribute("sampling"), "square_root");
  EXPECT_EQ(disk.read_strings("names"), (std::vector<std::string>{"ant", "", "Käfer, \"grün\""}));
  EXPECT_EQ(disk.read_text("configuration"), "[run]\nseeds = [0]\n");
  EXPECT_EQ(disk.members(), (std::vector<std::string>{"cells", "configuration", "names"}));
  EXPECT_EQ(cell.attributes(), std::vector<std::string>{"sampling"});
}

TEST_F(HdfFile, SameContentGivesSameBytes) {
  const auto make = [] {
    File file = File::create_in_memory();
    file.create_group("a").write("x", std::vector<double>{1, 2, 3});
    file.write_strings("s", std::vector<std::string>{"one", "two"});
    return file.image();
  };
  EXPECT_EQ(make(), make());
}

TEST_F(HdfFile, EmptyDataSetsAndTextsSurvive) {
  File file = File::create_in_memory();
  file.write("none", std::vector<double>{});
  file.write_strings("no_names", {});
  file.set_attribute("error", "");
  EXPECT_TRUE(file.read<double>("none").empty());
  EXPECT_TRUE(file.read_strings("no_names").empty());
  EXPECT_EQ(file.text_attribute("error"), "");
  EXPECT_TRUE(file.has("none"));
  EXPECT_FALSE(file.has("other"));
  EXPECT_FALSE(file.has_attribute("other"));
}

TEST_F(HdfFile, BytesStandInTheFileAtTheirOffset) {
  File file = File::create(path("pack.h5"));
  file.create_bytes("images", 10000);
  std::vector<std::byte> bytes(10000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 7 + i / 256);
  file.write_bytes("images", 6000, std::span(bytes).subspan(6000));
  file.write_bytes("images", 0, std::span(bytes).first(6000));
  file.close();

  const std::uint64_t offset = File::open(path("pack.h5")).file_offset("images");
  const std::string raw = read_text_file(path("pack.h5"));
  ASSERT_LE(offset + bytes.size(), raw.size());
  EXPECT_EQ(std::memcmp(raw.data() + offset, bytes.data(), bytes.size()), 0);
}

TEST_F(HdfFile, CopiesGroupsBetweenFilesWithAttributes) {
  File node = File::create_in_memory();
  Group cell = node.create_group("cells").create_group("a");
  cell.write("x", std::vector<std::int32_t>{4, 5});
  cell.set_attribute("seed", std::uint64_t{7});
  File run = File::create_in_memory();
  run.create_group("cells").copy_from(node.group("cells"), "a", "a");
  EXPECT_EQ(run.group("cells").group("a").read<std::int32_t>("x"), (std::vector<std::int32_t>{4, 5}));
  EXPECT_EQ(run.group("cells").group("a").attribute<std::uint64_t>("seed"), 7U);
}

TEST_F(HdfFile, AbsentMembersAndOtherTypesAreNamedWithTheirPlace) {
  File file = File::create(path("run.h5"));
  Group cell = file.create_group("cells");
  cell.write("x", std::vector<std::int32_t>{1});
  cell.set_attribute("seed", std::uint64_t{1});
  const std::string place = path("run.h5").string() + ":/cells";

  EXPECT_TRUE(has(test::message_of<base::DataError>([&] { (void)cell.read<double>("y"); }),
                  place + "/y: there is no such data set"));
  const std::string other = test::message_of<base::DataError>([&] { (void)cell.read<double>("x"); });
  EXPECT_TRUE(has(other, place + "/x holds int32, but float64")) << other;
  EXPECT_TRUE(has(test::message_of<base::DataError>([&] { (void)file.read<double>("cells"); }),
                  "a group has this name"));
  EXPECT_TRUE(
      has(test::message_of<base::DataError>([&] { (void)cell.group("x"); }), "a data set has this name"));
  EXPECT_TRUE(has(test::message_of<base::DataError>([&] { (void)file.group("stage_1"); }),
                  ":/stage_1: there is no such group"));
  EXPECT_TRUE(has(test::message_of<base::DataError>([&] { (void)cell.text_attribute("seed"); }),
                  "holds uint64, but text"));
  EXPECT_TRUE(has(test::message_of<base::DataError>([&] { (void)cell.attribute<double>("tau"); }),
                  "there is no such attribute"));
  EXPECT_TRUE(
      has(test::message_of<base::DataError>([&] { (void)cell.read_strings("x"); }), "holds int32, but text"));
}

TEST_F(HdfFile, FailedCallsCarryTheLibrarysMessage) {
  const std::string message =
      test::message_of<base::SystemError>([&] { (void)File::create(path("no_folder") / "run.h5"); });
  EXPECT_TRUE(has(message, "no_folder/run.h5: HDF5's H5Fcreate failed")) << message;
  EXPECT_TRUE(has(message, "No such file or directory")) << message;
  EXPECT_TRUE(has(message, "create the folder first")) << message;
  EXPECT_TRUE(has(message, "file.cpp:")) << message;
}

TEST_F(HdfFile, AbsentForeignEmptyAndTruncatedFilesAreToldApart) {
  const auto opened = [](const fs::path& file) {
    return test::message_of<base::DataError>([&] { (void)File::open(file); });
  };
  EXPECT_TRUE(has(opened(path("absent.h5")), "does not exist"));
  EXPECT_TRUE(has(opened(path("")), "is a folder"));
  std::ofstream(path("text.h5")) << "this is a text file";
  EXPECT_TRUE(has(opened(path("text.h5")), "is not an HDF5 file"));
  std::ofstream(path("empty.h5")).flush();
  EXPECT_TRUE(has(opened(path("empty.h5")), "is empty (0 bytes)"));

  File file = File::create_in_memory();
  std::vector<double> values(5000);
  std::iota(values.begin(), values.end(), 0.0);
  file.write("x", values);
  const std::vector<std::byte> image = file.image();
  for (const std::size_t size : {std::size_t{10}, std::size_t{90}, std::size_t{3000}, image.size() - 1}) {
    write_atomically(path("cut.h5"), std::span(image).first(size));
    const std::string message = opened(path("cut.h5"));
    EXPECT_TRUE(has(message, "cut.h5 is truncated")) << size << ": " << message;
  }
}

TEST_F(HdfFile, DamagedMetadataIsAnErrorNotACrash) {
  File file = File::create_in_memory();
  file.create_group("cells").write("x", std::vector<double>(100, 1.0));
  const std::vector<std::byte> image = file.image();
  int refused = 0;
  for (std::size_t at = 8; at < std::min<std::size_t>(image.size(), 2000); at += 3) {
    std::vector<std::byte> damaged = image;
    damaged[at] ^= std::byte{0xff};
    std::ofstream(path("damaged.h5"), std::ios::binary)
        .write(reinterpret_cast<const char*>(damaged.data()), std::ssize(damaged));
    const std::string message =
        test::message_of([&] { return File::open(path("damaged.h5")).group("cells").read<double>("x"); });
    if (message != "accepted") ++refused;
  }
  EXPECT_GT(refused, 10);
}

TEST_F(HdfFile, GroupsOfAClosedFileFailInsteadOfCrashing) {
  File file = File::create(path("run.h5"));
  Group group = file.create_group("cells");
  file.close();
  EXPECT_THROW((void)group.members(), base::SystemError);
  EXPECT_THROW((void)file.members(), base::SystemError);
}

}  // namespace
}  // namespace ltr::store
