// SPDX-License-Identifier: Apache-2.0
#include "base/format.hpp"

#include <limits>
#include <stdexcept>

#include <gtest/gtest.h>

#include "base/ids.hpp"

namespace ltr::base {
namespace {

TEST(Format, PutsValuesOfEveryKindIntoThePattern) {
  EXPECT_EQ(format("{} {} {:.2f} {} {}", -3, std::size_t{7}, 2.345, true, "word"), "-3 7 2.35 true word");
  EXPECT_EQ(format("{:>6}|{:<6}|{:06.2f}", "ab", 12, 3.14159), "    ab|12    |003.14");
}

TEST(Format, PrintsNoMinusZero) {
  EXPECT_EQ(format("{} {:.1f} {:+.1f} {:>6.1f}|{:.3g}", -0.0, -0.04, -0.04, -0.04, -0.0),
            "0 0.0 +0.0    0.0|0");
  EXPECT_EQ(format("{:.1f} {:+.1f} {:.2f} {} {:.1e}", -0.06, -0.06, -0.04, -0.5, -1e-9),
            "-0.1 -0.1 -0.04 -0.5 -1.0e-09");
  EXPECT_EQ(format("{} {:.1f}", -std::numeric_limits<double>::infinity(), 0.04), "-inf 0.0");
}

TEST(Format, PrintsStrongIdsAsTheirNumbers) { EXPECT_EQ(format("class {}", ClassId(12)), "class 12"); }

TEST(Format, RefusesAPatternThatAsksForMoreValues) {
  EXPECT_THROW(static_cast<void>(format("{} {}", 1)), std::logic_error);
}

TEST(Format, GroupsThousands) {
  EXPECT_EQ(with_thousands(115846), "115,846");
  EXPECT_EQ(with_thousands(-1234567), "-1,234,567");
  EXPECT_EQ(with_thousands(-123), "-123");
  EXPECT_EQ(with_thousands(0), "0");
}

TEST(Format, WritesDurationsAndSizesAsPeopleDo) {
  EXPECT_EQ(duration(0.84), "0.8 s");
  EXPECT_EQ(duration(59.7), "1 min 00 s");
  EXPECT_EQ(duration(200), "3 min 20 s");
  EXPECT_EQ(duration(18600), "5 h 10 min");
  EXPECT_EQ(byte_size(512), "512 B");
  EXPECT_EQ(byte_size(3565158), "3.4 MiB");
}

TEST(NearestWord, FindsTheWordThatWasMeant) {
  const std::vector<std::string> words{"epochs", "momentum", "weight_decay"};
  EXPECT_EQ(nearest_word("epoch", words), "epochs");
  EXPECT_EQ(nearest_word("weigth_decay", words), "weight_decay");
  EXPECT_EQ(nearest_word("zzzzzz", words), "");
}

}  // namespace
}  // namespace ltr::base
