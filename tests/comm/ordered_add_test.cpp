// SPDX-License-Identifier: Apache-2.0
#include "comm/ordered_add.hpp"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "comm/leaves.hpp"
#include "comm/slices.hpp"
#include "comm/tree_sum.hpp"
#include "device/current_gpu.hpp"
#include "device/gpu_memory.hpp"
#include "device/gpus.hpp"
#include "device/stream.hpp"

namespace ltr::comm {
namespace {

using test::bits_equal;
using test::make_leaves;
using Pairs = std::vector<std::pair<int, int>>;

TEST(PairsOfTheTree, AreItsLevelsFromBelow) {
  Pairs pairs;
  for_each_pair(8, [&](int left, int right) { pairs.emplace_back(left, right); });
  EXPECT_EQ(pairs, (Pairs{{0, 1}, {2, 3}, {4, 5}, {6, 7}, {0, 2}, {4, 6}, {0, 4}}));
}

TEST(OrderedAdd, GivesTheBitsOfTheSerialTree) {
  // 64 and 128 ranks are added pair by pair.
  for (const int ranks : {2, 4, 8, 16, 32, 64, 128}) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{10007}}) {
      std::vector<std::vector<float>> parts = make_leaves(ranks, size, 11);
      const std::vector<float> expected = tree_sum(parts);
      std::vector<float*> partials;
      for (std::vector<float>& part : parts) partials.push_back(part.data());
      std::vector<float> sum(size);
      add_in_order(partials, sum.data(), size, device::Stream::host());
      EXPECT_TRUE(bits_equal(sum, expected)) << ranks << " ranks, " << size << " values";
    }
  }
}

TEST(OrderedAdd, MayPutTheSumInPlaceOfAnyPartial) {
  constexpr std::size_t kSize = 1003;
  for (const int ranks : {2, 4, 8, 64}) {
    for (int own = 0; own < ranks; own += 3) {
      std::vector<std::vector<float>> parts = make_leaves(ranks, kSize, 12);
      const std::vector<float> expected = tree_sum(parts);
      std::vector<float*> partials;
      for (std::vector<float>& part : parts) partials.push_back(part.data());
      const auto place = static_cast<std::size_t>(own);
      add_in_order(partials, partials[place], kSize, device::Stream::host());
      EXPECT_TRUE(bits_equal(parts[place], expected)) << ranks << " ranks, in place of " << own;
    }
  }
}

TEST(OrderedAddOnAGpu, GivesTheBitsOfTheSerialTree) {
  if (device::visible_gpus().empty()) GTEST_SKIP() << device::why_no_gpu();
  // More than one turn of every thread of the largest launch.
  constexpr std::size_t kSize = 2'500'003;
  const device::GpuScope scope(0);
  const device::Stream stream = device::Stream::on_gpu(0);
  for (const int ranks : {2, 4, 8, 16, 32, 64}) {
    const std::vector<std::vector<float>> parts = make_leaves(ranks, kSize, 13);
    std::vector<device::GpuMemory> there;
    std::vector<float*> partials;
    for (const std::vector<float>& part : parts) {
      there.emplace_back(kSize * sizeof(float), 0);
      stream.copy(there.back().get(), part.data(), kSize * sizeof(float));
      partials.push_back(static_cast<float*>(there.back().get()));
    }
    add_in_order(partials, partials.back(), kSize, stream);
    std::vector<float> sum(kSize);
    stream.copy(sum.data(), partials.back(), kSize * sizeof(float));
    device::Event done;
    done.record(stream);
    done.wait();
    EXPECT_TRUE(bits_equal(sum, tree_sum(parts))) << ranks << " ranks";
  }
}

TEST(Slices, CutABucketWithoutGapOrOverlap) {
  for (const int ranks : {1, 2, 3, 8}) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
      std::size_t begin = 0;
      for (int r = 0; r < ranks; ++r) {
        const Slice slice = slice_of(size, ranks, r);
        EXPECT_EQ(slice.begin, begin);
        EXPECT_LE(slice.size, size / static_cast<std::size_t>(ranks) + 1);
        EXPECT_GE(slice.size, size / static_cast<std::size_t>(ranks));
        begin += slice.size;
      }
      EXPECT_EQ(begin, size);
    }
  }
}

}  // namespace
}  // namespace ltr::comm
