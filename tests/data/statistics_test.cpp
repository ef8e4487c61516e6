// SPDX-License-Identifier: Apache-2.0
#include "data/statistics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "config/public_sets.hpp"
#include "data/check_pack.hpp"
#include "data/pack_format.hpp"
#include "data/pack_writer.hpp"
#include "data/temporary_folder.hpp"
#include "image/decode.hpp"
#include "store/file.hpp"

namespace ltr::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A pack of classes with 4, 0, 2 and 1 images; image i is 8 + i pixels wide and 30 - i high.
class StatisticsTest : public testing::Test {
 protected:
  void SetUp() override {
    PackContents contents{
        .name = "toy", .list = "", .list_hash = "", .class_names = {"a", "b", "c", "d"}, .entries = {}};
    for (const int label : {0, 0, 0, 0, 2, 2, 3}) {
      const auto i = std::ssize(contents.entries);
      contents.entries.push_back({base::ClassId(label), std::to_string(i) + ".jpg", i});
    }
    write_pack(
        path_, contents,
        [](const PackEntry& entry, std::vector<std::byte>& bytes) {
          image::Image image{static_cast<int>(30 - entry.number), static_cast<int>(8 + entry.number), {}};
          image.pixels.assign(static_cast<std::size_t>(3 * image.height * image.width), 100);
          bytes = image::encode_jpeg(image, 90);
        },
        {}, log_);
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "toy.h5";
  base::Log log_{base::Log::Voice::silent};
};

TEST_F(StatisticsTest, CountImagesClassesAndShots) {
  const PackStatistics s = statistics_of(Pack(path_), {.many_above = 3, .few_below = 2});
  EXPECT_EQ(s.images, 7);
  EXPECT_EQ(s.classes, 4);
  EXPECT_EQ(s.empty_classes, 1);
  EXPECT_EQ(s.largest_class, 4);
  EXPECT_EQ(s.smallest_class, 1);
  EXPECT_THAT(s.shot_classes, ElementsAre(1, 1, 1));
  EXPECT_THAT(s.shot_images, ElementsAre(4, 2, 1));
}

TEST_F(StatisticsTest, GiveTheRangeOfResolutions) {
  const PackStatistics s = statistics_of(Pack(path_), {});
  EXPECT_EQ(s.smallest.width, 8);
  EXPECT_EQ(s.largest.width, 14);
  EXPECT_EQ(s.smallest.height, 24);
  EXPECT_EQ(s.largest.height, 30);
}

TEST_F(StatisticsTest, TextSaysWhatAndByWhichLimits) {
  const Pack pack(path_);
  const metric::ShotLimits limits{.many_above = 3, .few_below = 2};
  EXPECT_THAT(describe(pack, statistics_of(pack, limits), limits),
              AllOf(HasSubstr("7 of 4 classes, 1 of them empty"), HasSubstr("4 to 1, imbalance 4.0"),
                    HasSubstr("many         1 classes, 4 images (> 3 here)"), HasSubstr("8 to 14 pixels"),
                    HasSubstr("chroma       4:4:4 7\n")));
}

TEST_F(StatisticsTest, APublishedListOfWhichImagesAreMissingIsNotAsPublished) {
  const config::PublicList& known = *config::public_list("6392252f8ae867bc8a5e841cc1b29e5b8ef4b636");
  PackContents contents{.name = std::string(known.name),
                        .list = "list.txt",
                        .list_hash = std::string(known.hash),
                        .class_names = {"a"},
                        .entries = {{base::ClassId(0), "0", 1}, {base::ClassId(0), "1", 2}}};
  const auto draw = [](const PackEntry& entry, std::vector<std::byte>& bytes) {
    if (entry.path == "1") throw base::DataError("it is absent");
    bytes = image::encode_jpeg({8, 8, std::vector<std::uint8_t>(8 * 8 * 3)}, 90);
  };
  write_pack(path_, contents, draw, {.bad_images = BadImages::drop}, log_);
  const Pack pack(path_);
  EXPECT_THAT(describe(pack, statistics_of(pack, {}), {}),
              AllOf(HasSubstr("Places-LT train, 1 of 2 images\n"),
                    HasSubstr("only 1 of its 62,500 images: not as published"),
                    HasSubstr("dropped      1 images of the list"), Not(HasSubstr("lenient"))));
}

TEST_F(StatisticsTest, CheckFindsTheDamagedImageAndNoOther) {
  std::uint64_t begin = 0;
  {
    const store::File file = store::File::open(path_);
    begin = file.file_offset(pack_format::kBytes) + file.read<std::uint64_t>(pack_format::kOffsets)[3];
  }
  EXPECT_THAT(check_pack(Pack(path_), 2, log_), IsEmpty());
  auto bytes = bytes_of(path_);
  bytes[begin + 30] ^= std::byte{4};
  folder_.write("toy.h5", bytes);
  EXPECT_THAT(check_pack(Pack(path_), 2, log_),
              ElementsAre(AllOf(HasSubstr("toy.h5"), HasSubstr("image 3"), HasSubstr("'3.jpg'"))));
}

}  // namespace
}  // namespace ltr::data
