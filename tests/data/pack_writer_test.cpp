// SPDX-License-Identifier: Apache-2.0
#include "data/pack_writer.hpp"

#include <atomic>
#include <fstream>

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
using testing::Not;

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
  EXPECT_EQ(pack(list, {.bad_images = BadImages::drop}).dropped.count, 2);
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
  EXPECT_THAT(pack(list, {.bad_images = BadImages::drop}).dropped.first,
              ElementsAre(HasSubstr("'empty.jpg'")));
  EXPECT_EQ(Pack(output_).resolution(base::SampleIndex(0)).width, 20'000);
  EXPECT_EQ(Pack(output_).resolution(base::SampleIndex(1)).width, 1);
}

TEST_F(PackWriterTest, OfManyBadImagesAFewAreShownAndAllStandInAFile) {
  add("grey.jpg");
  std::string list = "grey.jpg 0\n";
  constexpr int kAbsent = 5000;
  for (int i = 0; i < kAbsent; ++i) list += "absent_" + std::to_string(i) + ".jpg 0\n";
  const NotedImages dropped = pack(list, {.bad_images = BadImages::drop}).dropped;
  EXPECT_EQ(dropped.count, kAbsent);
  EXPECT_EQ(std::ssize(dropped.first), NotedImages::kShown);
  EXPECT_EQ(dropped.file, folder_ / "toy.h5.dropped");
  std::ifstream stream(dropped.file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  ASSERT_EQ(std::ssize(lines), kAbsent + 1);
  EXPECT_THAT(lines[1], HasSubstr("list.txt:2: 'absent_0.jpg'"));
  EXPECT_THAT(lines[kAbsent], HasSubstr("list.txt:5001: 'absent_4999.jpg'"));
  EXPECT_EQ(Pack(output_).dropped(), kAbsent);
  EXPECT_EQ(Pack(output_).name(), "toy, 1 of 5,001 images");
  pack("grey.jpg 0\n");
  EXPECT_FALSE(std::filesystem::exists(dropped.file)) << "of a pack that lacks nothing";
}

TEST_F(PackWriterTest, AFileOfSomebodyElseIsNotReplacedByNotes) {
  add("grey.jpg");
  folder_.write("toy.h5.dropped", std::string_view("my own notes\n"));
  EXPECT_THAT(message_of<base::DataError>([&] { pack("grey.jpg 0\n"); }), HasSubstr("toy.h5.dropped"));
  EXPECT_FALSE(std::filesystem::exists(output_));
}

TEST_F(PackWriterTest, DamagedImagesAreTakenAsPilTakesThemOnRequestOnly) {
  std::vector<std::byte> cut = golden("colour_420.jpg");
  cut.resize(cut.size() - 100);
  folder_.write("images/unended.jpg", cut);  // PIL refuses this one too
  cut.push_back(std::byte{0xFF});
  cut.push_back(std::byte{0xD9});
  folder_.write("images/cut.jpg", cut);
  std::vector<std::byte> unended = golden("colour.png");
  unended.resize(unended.size() - 12);  // without IEND
  folder_.write("images/unended.png", unended);
  add("grey.jpg");
  const std::string list = "cut.jpg 0\ngrey.jpg 0\nunended.png 0\n";
  EXPECT_THAT(message_of<base::DataError>([&] { pack(list); }),
              AllOf(HasSubstr("2 of 3 images"), HasSubstr("--lenient")));
  const PackOptions lenient{.damaged = DamagedImages::as_pil};
  const PackReport report = pack(list, lenient);
  EXPECT_THAT(report.lenient.first, ElementsAre(AllOf(HasSubstr("'cut.jpg'"), HasSubstr("premature end")),
                                                HasSubstr("'unended.png'")));
  EXPECT_EQ(report.lenient.file, folder_ / "toy.h5.lenient");
  EXPECT_EQ(report.dropped.count, 0);
  const Pack toy(output_);
  EXPECT_EQ(toy.lenient(), 2);
  EXPECT_EQ(toy.name(), "toy");
  image::Image expected;
  image::decode_as_pil(cut, expected);
  EXPECT_EQ(image::decode(packed(0)).pixels, expected.pixels);
  EXPECT_EQ(packed(1), golden("grey.jpg"));
  EXPECT_EQ(image::decode(packed(2)).pixels, image::decode(golden("colour.png")).pixels);
  EXPECT_THAT(message_of<base::DataError>([&] { pack("unended.jpg 0\n", lenient); }),
              AllOf(HasSubstr("1 of 1 images"), HasSubstr("'unended.jpg'"), Not(HasSubstr("--lenient"))));
}

TEST_F(PackWriterTest, AFileTooLargeForAnImageIsRefusedUnread) {
  const std::filesystem::path large = folder_.write("images/large.jpg", golden("grey.jpg"));
  std::filesystem::resize_file(large, std::uintmax_t{40} << 30);  // takes no room on the disk
  EXPECT_THAT(message_of<base::DataError>([&] { pack("large.jpg 0\n"); }),
              AllOf(HasSubstr("40.0 GiB"), HasSubstr("only 1.0 GiB")));
}

TEST_F(PackWriterTest, GreyLevelsThatBecomeWhiteAreCounted) {
  add("grey_16.png");
  add("grey.jpg");
  EXPECT_EQ(pack("grey_16.png 0\ngrey.jpg 0\n").whitened, 1);
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
  const std::size_t width = text.find(" 19 0 0 grey.jpg");
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
  folder_.write("toy.h5.checked", std::string_view("500 1 500 1 13 77 0 0 grey.jpg\n"));
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
