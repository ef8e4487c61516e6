// SPDX-License-Identifier: Apache-2.0
#include "device/for_each.hpp"

#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "base/host_device.hpp"

namespace ltr::device {
namespace {

struct AddIndex {
  std::int64_t* values;
  LTR_HOST_DEVICE void operator()(std::int64_t i) const { values[i] += i; }
};

TEST(ForEachIndex, VisitsEveryIndexOnce) {
  for (const std::int64_t count : {0, 1, 255, 257, 100003}) {
    std::vector<std::int64_t> values(static_cast<std::size_t>(count));
    for_each_index(count, AddIndex{values.data()});
    std::vector<std::int64_t> expected(values.size());
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(values, expected);
  }
}

}  // namespace
}  // namespace ltr::device
