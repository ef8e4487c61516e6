// SPDX-License-Identifier: Apache-2.0
#include "data/identical.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/pack_writer.hpp"
#include "data/temporary_folder.hpp"
#include "image/decode.hpp"

namespace ltr::data {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

class Identical : public testing::Test {
 protected:
  /// An image by its grey value, and its class.
  struct Drawn {
    int grey;
    int label;
  };
  Pack pack(const std::string& name, const std::vector<Drawn>& images) {
    PackContents contents{
        .name = name, .list = "", .list_hash = "", .class_names = {"a", "b"}, .entries = {}};
    for (const auto& [grey, label] : images) {
      const auto i = std::ssize(contents.entries);
      contents.entries.push_back({base::ClassId(label), name + std::to_string(i), grey});
    }
    write_pack(
        folder_ / name, contents,
        [](const PackEntry& entry, std::vector<std::byte>& bytes) {
          image::Image image{4, 4, {}};
          image.pixels.assign(48, static_cast<std::uint8_t>(entry.number));
          bytes = image::encode_jpeg(image, 90);
        },
        {}, log_);
    return Pack(folder_ / name);
  }
  TemporaryFolder folder_;
  base::Log log_{base::Log::Voice::silent};
};

TEST_F(Identical, ImagesAreCountedOnceForEachPackThatHoldsThem) {
  std::vector<Pack> packs;
  packs.push_back(pack("train", {{10, 0}, {50, 0}, {90, 1}, {50, 1}}));  // its last is its second
  packs.push_back(pack("test", {{50, 0}, {200, 0}, {90, 0}, {250, 1}}));
  const auto found = find_identical(packs);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].first, 0U);
  EXPECT_EQ(found[0].second, 0U);
  EXPECT_EQ(found[0].images, 1);
  EXPECT_EQ(found[0].other_class, 1);
  EXPECT_EQ(found[1].first, 0U);
  EXPECT_EQ(found[1].second, 1U);
  EXPECT_EQ(found[1].images, 2);
  EXPECT_EQ(found[1].other_class, 1);  // 90; 50 has class 0 in training too
  EXPECT_THAT(describe(packs, found),
              AllOf(HasSubstr("1 of " + (folder_ / "train").string() + " are in it already"),
                    HasSubstr("2 of " + (folder_ / "test").string() + " are in"),
                    HasSubstr("1 of them in another class")));
}

TEST_F(Identical, NoneAreFoundAmongDifferentImagesOfTheSameSize) {
  std::vector<Pack> packs;
  packs.push_back(pack("train", {{10, 0}, {50, 1}}));
  packs.push_back(pack("test", {{11, 0}, {51, 1}}));
  EXPECT_EQ(packs[0].image_size_bytes(base::SampleIndex(0)), packs[1].image_size_bytes(base::SampleIndex(0)));
  EXPECT_THAT(find_identical(packs), IsEmpty());
  EXPECT_EQ(describe(packs, find_identical(packs)), "identical images: none\n");
}

}  // namespace
}  // namespace ltr::data
