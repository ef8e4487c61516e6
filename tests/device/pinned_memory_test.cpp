// SPDX-License-Identifier: Apache-2.0
#include "device/pinned_memory.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace ltr::device {
namespace {

TEST(PinnedResource, KeepsWhatItGetsBackForTheNextOfTheSameSize) {
  PinnedResource resource(/*gpu=*/-1);
  void* first = resource.allocate(1000);
  void* second = resource.allocate(1000);
  EXPECT_NE(first, second);
  resource.deallocate(first, 1000);
  EXPECT_NE(resource.allocate(2000), first);
  EXPECT_EQ(resource.allocate(1000), first);
}

TEST(PinnedResource, ServesContainersThatGrow) {
  PinnedResource resource(/*gpu=*/-1);
  std::pmr::vector<int> numbers(&resource);
  for (int i = 0; i < 10'000; ++i) numbers.push_back(i);
  for (int i = 0; i < 10'000; ++i) ASSERT_EQ(numbers[static_cast<std::size_t>(i)], i);
}

}  // namespace
}  // namespace ltr::device
