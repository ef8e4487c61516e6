// SPDX-License-Identifier: Apache-2.0
#include "data/class_counts.hpp"

#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "data/temporary_folder.hpp"

namespace ltr::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(ExponentialCounts, AreCifarLongTailsPublishedOnes) {
  EXPECT_THAT(exponential_counts(10, 5000, 100),
              ElementsAre(5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50));
  const auto hundred = exponential_counts(100, 500, 100);
  EXPECT_EQ(std::accumulate(hundred.begin(), hundred.end(), std::int64_t{0}), 10847);
}

TEST(ExponentialCounts, EndExactlyAtLargestOverImbalance) {
  EXPECT_EQ(exponential_counts(7, 500, 50).back(), 10);
  EXPECT_EQ(exponential_counts(20, 500, 500).back(), 1);
  EXPECT_THAT(exponential_counts(3, 9, 1), ElementsAre(9, 9, 9));
  EXPECT_THAT(exponential_counts(1, 9, 3), ElementsAre(9));
}

TEST(ExponentialCounts, RefuseWhatLeavesAClassEmpty) {
  EXPECT_THAT(message_of<base::ConfigError>([] { static_cast<void>(exponential_counts(5, 10, 11)); }),
              AllOf(HasSubstr("imbalance 11"), HasSubstr("1..10")));
  EXPECT_THROW(static_cast<void>(exponential_counts(5, 10, 0.5)), base::ConfigError);
  EXPECT_THROW(static_cast<void>(exponential_counts(0, 10, 1)), base::ConfigError);
  EXPECT_THROW(static_cast<void>(exponential_counts(5, 0, 1)), base::ConfigError);
}

TEST(ExponentialCounts, SizesBeyondAllReasonTakeNoMemory) {
  EXPECT_THAT(
      message_of<base::ConfigError>([] { static_cast<void>(exponential_counts(2'000'000'000, 10, 1)); }),
      HasSubstr("2,000,000,000 classes"));
  EXPECT_THAT(
      message_of<base::ConfigError>([] { static_cast<void>(exponential_counts(5, 1'000'000'000'000, 1)); }),
      HasSubstr("1,000,000,000,000 images"));
}

TEST(ClassCountsFile, SizesBeyondAllReasonAreNamed) {
  const TemporaryFolder folder;
  for (const char* lines : {"3\n9000000000000000000\n", "600000000\n600000000\n"}) {
    const auto file = folder.write("counts.txt", std::string_view(lines));
    EXPECT_THAT(message_of<base::DataError>([&] { static_cast<void>(read_class_counts(file)); }),
                AllOf(HasSubstr("counts.txt:2"), HasSubstr("1,000,000,000 images in all")));
  }
}

TEST(ClassCountsFile, IsReadInLabelOrder) {
  const TemporaryFolder folder;
  EXPECT_THAT(read_class_counts(folder.write("counts.txt",
                                             "\xEF\xBB\xBF"
                                             "30\n7\n")),
              ElementsAre(30, 7));
  EXPECT_THAT(read_class_counts(folder.write("counts.txt", "30\r\n7\n1")), ElementsAre(30, 7, 1));
}

TEST(ClassCountsFile, BadLineIsNamed) {
  const TemporaryFolder folder;
  for (const char* line : {"0", "-3", "seven", "", "2 3"}) {
    const auto file = folder.write("counts.txt", std::string("30\n") + line + "\n5\n");
    EXPECT_THAT(message_of<base::DataError>([&] { static_cast<void>(read_class_counts(file)); }),
                HasSubstr(std::string("counts.txt:2: '") + line + "'"));
  }
  EXPECT_THAT(message_of<base::DataError>([&] {
                static_cast<void>(read_class_counts(folder.write("counts.txt", std::string_view{})));
              }),
              HasSubstr("no counts"));
}

}  // namespace
}  // namespace ltr::data
