// SPDX-License-Identifier: Apache-2.0
#include "data/pack_writer.hpp"

#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "data/class_names.hpp"
#include "data/temporary_folder.hpp"
#include "image/decode.hpp"
#include "test_data.hpp"

namespace ltr::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::byte> golden(const std::string& name) {
  return bytes_of(std::filesystem::path(LTR_SOURCE_DIR) / "tests/image/golden" / name);
}

/// Golden images as files, and packs made of them.
class PackWriterTest : public testing::Test {
 protected:
  void add(const std::string& name) { folder_.write("images/" + name, golden(name)); }
  PackReport pack(const std::string& text, const PackOptions& options = {}) {
    const ImageList images = read_list(folder_.write("list.txt", std::string_view(text)));
    const ListSource source{folder_ / "images", "toy", class_names_of(images)};
    return pack_list(output_, images, source, options, log_);
  }
  std::vector<std::byte> packed(int sample) const {
    std::vector<std::byte> buffer;
    const auto bytes = Pack(output_).read(base::SampleIndex(sample), buffer);
    return {bytes.begin(), bytes.end()};
  }

  TemporaryFolder folder_;
  std::filesystem::path output_ = folder_ / "toy.h5";
  std::filesystem::path journal_ = folder_ / "toy.h5.checked";
  base::Log log_{base::Log::Voice::silent};
};

TEST_F(PackWriterTest, JpegsOfGreyOrColourKeepTheirBytesAndAllElseBecomesPngOfTheSamePixels) {
  const std::vector<std::string> kept{"colour_420.jpg", "grey.jpg", "progressive.jpg", "garbage_after.jpg"};
  const std::vector<std::string> changed{"cmyk.jpg",       "ycck.jpg",    "one_pixel.png",
                                         "palette_4.png",  "rgba_16.png", "grey_16.png",
                                         "interlaced.png", "colour.png",  "cmyk_no_adobe.jpg"};
  std::string list;
  for (const auto& names : {kept, changed}) {
    for (const std::string& name : names) {
      add(name);
      list += name + " 0\n";
    }
  }
  const PackReport report = pack(list);
  EXPECT_EQ(report.reencoded, std::ssize(changed));
  int sample = 0;
  for (const std::string& name : kept) EXPECT_EQ(packed(sample++), golden(name)) << name;
  for (const std::string& name : changed) {
    const auto bytes = packed(sample++);
    EXPECT_EQ(image::recognise(bytes), image::Encoding::png) << name;
    EXPECT_EQ(image::decode(bytes).pixels, image::decode(golden(name)).pixels) << name;
  }
}

TEST_F(PackWriterTest, WhatIsNoRegularFileIsNamedWithoutWaiting) {
  add("grey.jpg");
  ASSERT_EQ(mkfifo((folder_ / "images/pipe.jpg").c_str(), 0600), 0);
  std::filesystem::create_directory(folder_ / "images/folder.jpg");
  const std::string list = "grey.jpg 0\npipe.jpg 0\nfolder.jpg 0\n";
  EXPECT_THAT(message_of<base::DataError>([&] { pack(list); }),
              AllOf(HasSubstr("2 of 3 images"), HasSubstr("list.txt:2: 'pipe.jpg'"),
                    HasSubstr("not a regular file"), HasSubstr("'folder.jpg'"), HasSubstr("a folder")));
  EXPECT_EQ(pack(list, {.bad_images = BadImages::drop}).dropped.size(), 2U);
}

TEST_F(PackWriterTest, OneBadImageStopsPackingAndItsNeighboursOfAnySizeDoNot) {
  const image::Image wide{2, 20'000, std::vector<std::uint8_t>(std::size_t{3} * 2 * 20'000, 9)};
  folder_.write("images/wide.jpg", image::encode_jpeg(wide, 90));
  folder_.write("images/empty.jpg", std::string_view{});
  add("one_pixel.png");
  const std::string list = "wide.jpg 0\nempty.jpg 0\none_pixel.png 0\n";
  EXPECT_THAT(
      message_of<base::DataError>([&] { pack(list); }),
      AllOf(HasSubstr("1 of 3 images"), HasSubstr("list.txt:2: 'empty.jpg'"), HasSubstr("zero bytes")));
  EXPECT_FALSE(std::filesystem::exists(output_));
  EXPECT_FALSE(std::filesystem::exists(journal_));
  EXPECT_THAT(pack(list, {.bad_images = BadImages::drop}).dropped, ElementsAre(HasSubstr("'empty.jpg'")));
  EXPECT_EQ(Pack(output_).resolution(base::SampleIndex(0)).width, 20'000);
  EXPECT_EQ(Pack(output_).resolution(base::SampleIndex(1)).width, 1);
}

TEST_F(PackWriterTest, StoppedPackingLeavesNoPackAndTheNextOneTakesItsChecks) {
  PackContents contents{
      .name = "toy", .list = "list.txt", .list_hash = "", .class_names = {"a"}, .entries = {}};
  for (const std::string name : {"grey.jpg", "cmyk.jpg", "colour_444.jpg"}) {
    contents.entries.push_back({base::ClassId(0), name, std::ssize(contents.entries) + 1});
  }
  std::stop_source stop;
  std::atomic<int> fetched{0};
  const auto source = [&](const PackEntry& entry, std::vector<std::byte>& bytes) {
    bytes = golden(entry.path);
    if (++fetched == 2) stop.request_stop();
  };
  const PackOptions stoppable{.threads = 1, .stop = stop.get_token()};
  EXPECT_THROW(write_pack(output_, contents, source, stoppable, log_), base::Stopped);
  EXPECT_EQ(fetched, 2);
  EXPECT_FALSE(std::filesystem::exists(output_));
  ASSERT_TRUE(std::filesystem::exists(journal_));

  // A width that only the journal knows shows that it was believed; a torn line does no harm.
  std::string text;
  for (const std::byte byte : bytes_of(journal_)) text += static_cast<char>(byte);
  const std::size_t width = text.find(" 19 0 grey.jpg");
  ASSERT_NE(width, std::string::npos) << text;
  text.replace(width, 3, " 77");
  folder_.write("toy.h5.checked", std::string_view(text + "12 34 5"));
  EXPECT_EQ(write_pack(output_, contents, source, {}, log_).reencoded, 1);
  const Pack toy(output_);
  EXPECT_EQ(toy.resolution(base::SampleIndex(0)).width, 77);
  EXPECT_EQ(toy.resolution(base::SampleIndex(1)).width, 19);
  EXPECT_FALSE(std::filesystem::exists(journal_));
}

TEST_F(PackWriterTest, ChangedImageIsCheckedAgainWhateverTheJournalSays) {
  add("grey.jpg");
  folder_.write("toy.h5.checked", std::string_view("500 1 500 1 13 77 0 grey.jpg\n"));
  pack("grey.jpg 0\n");
  EXPECT_EQ(Pack(output_).resolution(base::SampleIndex(0)).width, 19);
}

TEST_F(PackWriterTest, FullSizePhotographsAreReadBackByteForByte) {
  const std::filesystem::path root = test_data() / "imagenet_sample";
  if (!std::filesystem::exists(root / "list.txt")) GTEST_SKIP() << "no " << root;
  const ImageList list = read_list(root / "list.txt", 1000);
  const ListSource source{root, "sample", std::vector<std::string>(1000, "some class")};
  const PackReport report = pack_list(output_, list, source, {}, log_);
  EXPECT_EQ(report.images, std::ssize(list.entries));
  EXPECT_EQ(report.reencoded, 0);
  const Pack sample(output_);
  std::vector<std::byte> buffer;
  for (std::int64_t i = 0; i < sample.images(); ++i) {
    const base::SampleIndex index(i);
    const auto bytes = sample.read(index, buffer);
    EXPECT_EQ(std::vector(bytes.begin(), bytes.end()), bytes_of(root / sample.image_path(index)));
  }
}

}  // namespace
}  // namespace ltr::data
