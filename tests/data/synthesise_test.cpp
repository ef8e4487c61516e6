// SPDX-License-Identifier: Apache-2.0
#include "data/synthesise.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <stop_token>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/random.hpp"
#include "data/check_pack.hpp"
#include "data/class_counts.hpp"
#include "data/draw_image.hpp"
#include "data/synthetic_class.hpp"
#include "data/temporary_folder.hpp"

namespace ltr::data {
namespace {

using testing::Each;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;

class SynthesiseTest : public testing::Test {
 protected:
  std::vector<SyntheticPack> draw(const std::string& name, const SyntheticOptions& options) {
    return synthesise(folder_ / name, options, log_);
  }
  static std::vector<std::byte> image(const Pack& pack, std::int64_t i) {
    std::vector<std::byte> buffer;
    const auto bytes = pack.read(base::SampleIndex(i), buffer);
    return {bytes.begin(), bytes.end()};
  }

  TemporaryFolder folder_;
  base::Log log_{base::Log::Voice::silent};
  const SyntheticOptions small_{.train_counts = exponential_counts(6, 300, 100),
                                .validation_per_class = 2,
                                .test_per_class = 3,
                                .size = 16};
};

TEST_F(SynthesiseTest, TrainingFollowsTheCountsAndTheOthersAreBalanced) {
  const auto packs = draw("set", small_);
  ASSERT_EQ(packs.size(), 3U);
  const Pack train(folder_ / "set/train.h5");
  EXPECT_THAT(train.class_counts(), ElementsAreArray(small_.train_counts));
  EXPECT_THAT(Pack(folder_ / "set/validation.h5").class_counts(), Each(2));
  EXPECT_THAT(Pack(folder_ / "set/test.h5").class_counts(), Each(3));
  EXPECT_EQ(packs[0].report.images, train.images());
  EXPECT_EQ(train.resolution(base::SampleIndex(0)).width, 16);
  for (const SyntheticPack& pack : packs) EXPECT_THAT(check_pack(Pack(pack.path), 2, log_), IsEmpty());
}

TEST_F(SynthesiseTest, SameSeedDrawsTheSameFileForAnyNumberOfThreads) {
  SyntheticOptions options = small_;
  for (const int threads : {1, 3}) {
    options.threads = threads;
    draw(std::to_string(threads), options);
  }
  options.seed = 1;
  draw("other", options);
  for (const char* file : {"/train.h5", "/validation.h5", "/test.h5"}) {
    const std::string hash = Pack(folder_ / (std::string("1") + file)).content_hash();
    EXPECT_EQ(Pack(folder_ / (std::string("3") + file)).content_hash(), hash);
    EXPECT_NE(Pack(folder_ / (std::string("other") + file)).content_hash(), hash);
  }
}

TEST_F(SynthesiseTest, NoImageIsInTwoPacksOrTwice) {
  const auto packs = draw("set", small_);
  std::set<std::vector<std::byte>> seen;
  std::size_t images = 0;
  for (const SyntheticPack& pack : packs) {
    const Pack opened(pack.path);
    for (std::int64_t i = 0; i < opened.images(); ++i, ++images) seen.insert(image(opened, i));
  }
  EXPECT_EQ(seen.size(), images);
}

TEST_F(SynthesiseTest, LargerSetHoldsTheImagesOfASmallerOne) {
  SyntheticOptions options = small_;
  options.train_counts = {5, 3};
  draw("small", options);
  options.train_counts = {9, 4};
  draw("large", options);
  const Pack small(folder_ / "small/train.h5");
  const Pack large(folder_ / "large/train.h5");
  EXPECT_EQ(image(small, 4), image(large, 4));
  EXPECT_EQ(image(small, 5), image(large, 9));
}

TEST_F(SynthesiseTest, ImpossibleOptionsAreRefusedAndLeaveNothing) {
  const auto refusal = [&](auto change) {
    SyntheticOptions options = small_;
    change(options);
    return message_of<base::ConfigError>([&] { draw("set", options); });
  };
  EXPECT_THAT(refusal([](auto& o) { o.train_counts.clear(); }), HasSubstr("0 classes"));
  EXPECT_THAT(refusal([](auto& o) { o.train_counts.assign(kMostSyntheticClasses + 1, 1); }),
              HasSubstr(std::to_string(kMostSyntheticClasses)));
  EXPECT_THAT(refusal([](auto& o) { o.validation_per_class = 0; }), HasSubstr("0 validation"));
  EXPECT_THAT(refusal([](auto& o) { o.size = 4; }), HasSubstr("4 pixels"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "set"));
}

TEST_F(SynthesiseTest, SizesBeyondAllReasonTakeNoMemory) {
  SyntheticOptions options = small_;
  options.train_counts = {kMostDrawnImages, 1};
  EXPECT_THAT(message_of<base::ConfigError>([&] { draw("set", options); }), HasSubstr("20,000,001 images"));
  options = small_;
  options.test_per_class = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(message_of<base::ConfigError>([&] { draw("set", options); }),
              HasSubstr("of each of 6 classes"));
}

TEST_F(SynthesiseTest, PacksThatItDidNotDrawAreNotReplaced) {
  const PackContents contents{.name = "mine",
                              .list = "",
                              .list_hash = "0",
                              .class_names = {"a"},
                              .entries = {{base::ClassId(0), "a", 0}}};
  draw("set", small_);
  const std::string drawn = Pack(folder_ / "set/train.h5").content_hash();
  const auto image_of = [&](const PackEntry&, std::vector<std::byte>& bytes) {
    bytes = image(Pack(folder_ / "set/train.h5"), 0);
  };
  std::filesystem::remove(folder_ / "set/test.h5");
  write_pack(folder_ / "set/test.h5", contents, image_of, {}, log_);
  SyntheticOptions other = small_;
  other.seed = 1;
  EXPECT_THAT(message_of<base::DataError>([&] { draw("set", other); }),
              HasSubstr("test.h5 is there and was not drawn"));
  folder_.write("set/test.h5", std::string_view("a diary"));
  EXPECT_THAT(message_of<base::DataError>([&] { draw("set", other); }), HasSubstr("test.h5"));
  EXPECT_EQ(Pack(folder_ / "set/train.h5").content_hash(), drawn);
}

TEST_F(SynthesiseTest, OnesOwnEarlierPacksAreReplacedTogetherOrStayAsTheyWere) {
  draw("set", small_);
  const std::string drawn = Pack(folder_ / "set/train.h5").content_hash();
  SyntheticOptions other = small_;
  other.seed = 1;
  std::stop_source stop;
  stop.request_stop();
  other.stop = stop.get_token();
  EXPECT_THROW(draw("set", other), base::Stopped);
  EXPECT_EQ(Pack(folder_ / "set/train.h5").content_hash(), drawn);
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator(folder_ / "set")) ++files;
  EXPECT_EQ(files, 3U);
  other.stop = {};
  draw("set", other);
  EXPECT_NE(Pack(folder_ / "set/train.h5").content_hash(), drawn);
}

TEST_F(SynthesiseTest, FoldersThatItMadeAreRemovedAgain) {
  folder_.write("there/file", std::string_view("x"));
  SyntheticOptions stopped = small_;
  std::stop_source stop;
  stop.request_stop();
  stopped.stop = stop.get_token();
  EXPECT_THROW(draw("there/a/b", stopped), base::Stopped);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "there/a"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "there/file"));
}

TEST_F(SynthesiseTest, FolderThatIsAFileIsRefused) {
  folder_.write("set", std::string_view("a file"));
  EXPECT_THAT(message_of<base::SystemError>([&] { draw("set", small_); }), HasSubstr("cannot be created"));
}

TEST(SyntheticClass, EveryClassHasANameOfItsOwn) {
  for (const std::int32_t classes : {1, 2, 7, 20, 365, 1000, 8142, 9600, kMostSyntheticClasses}) {
    std::set<std::string> names;
    for (std::int32_t j = 0; j < classes; ++j) names.insert(name_of(synthetic_class(j, classes)));
    EXPECT_EQ(std::ssize(names), classes);
  }
}

TEST(SyntheticClass, FramesComeLastAndCoverTheEdgesAlone) {
  EXPECT_GE(kMostSyntheticClasses, 100'000);
  EXPECT_EQ(synthetic_class(9599, 9600).frame, 0);
  const SyntheticClass framed = synthetic_class(9600 / 2, 9602);
  EXPECT_EQ(framed.frame, 1);
  EXPECT_EQ(name_of(framed), "plain_disc_red_in_light_red");
  base::CounterRandom one(7, base::Stream::synthesis, 0);
  base::CounterRandom other(7, base::Stream::synthesis, 0);
  const image::Image with = draw_image(framed, 32, one);
  const image::Image without =
      draw_image({framed.shape, framed.texture, framed.hue, framed.ground}, 32, other);
  std::set<std::size_t> differing;  // distances from the edge
  for (std::size_t i = 0; i < 32UL * 32UL; ++i) {
    const std::size_t distance = std::min({i % 32, i / 32, 31 - i % 32, 31 - i / 32});
    if (!std::equal(&with.pixels[3 * i], &with.pixels[3 * i + 3], &without.pixels[3 * i]))
      differing.insert(distance);
  }
  EXPECT_THAT(differing, testing::ElementsAre(0, 1));
}

TEST(SyntheticClass, TwinsDifferInNeighbouringHuesAlone) {
  for (std::int32_t j = 0; j < 10; ++j) {
    const SyntheticClass head = synthetic_class(j, 20);
    const SyntheticClass tail = synthetic_class(j + 10, 20);
    EXPECT_EQ(head.shape, tail.shape);
    EXPECT_EQ(head.texture, tail.texture);
    EXPECT_EQ(head.ground, tail.ground);
    EXPECT_EQ(tail.hue, head.hue + 1);
  }
}

}  // namespace
}  // namespace ltr::data
