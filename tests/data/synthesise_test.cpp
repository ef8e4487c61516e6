// SPDX-License-Identifier: Apache-2.0
#include "data/synthesise.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "data/check_pack.hpp"
#include "data/class_counts.hpp"
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

TEST_F(SynthesiseTest, FolderThatIsAFileIsRefused) {
  folder_.write("set", std::string_view("a file"));
  EXPECT_THAT(message_of<base::SystemError>([&] { draw("set", small_); }), HasSubstr("cannot be created"));
}

TEST(SyntheticClass, EveryClassHasANameOfItsOwn) {
  for (const std::int32_t classes : {1, 2, 7, 20, 365, 1000, 8142, kMostSyntheticClasses}) {
    std::set<std::string> names;
    for (std::int32_t j = 0; j < classes; ++j) names.insert(name_of(synthetic_class(j, classes)));
    EXPECT_EQ(std::ssize(names), classes);
  }
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
