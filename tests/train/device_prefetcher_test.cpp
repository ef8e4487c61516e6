// SPDX-License-Identifier: Apache-2.0
#include "train/device_prefetcher.hpp"

#include <gtest/gtest.h>

#include "train/tiny_packs.hpp"

namespace ltr::train {
namespace {

using test::kImageSize;
using test::loader_options;

constexpr std::int64_t kBatches = 5;

class DevicePrefetcherTest : public test::WithPacks {
 protected:
  /// Batches of 16 training images, the last one of 3.
  static void append(std::int64_t batch, std::vector<data::LoaderItem>& items) {
    const std::int64_t images = batch + 1 == kBatches ? 3 : 16;
    for (std::int64_t i = 0; i < images; ++i) {
      items.push_back({base::SampleIndex(16 * batch + i), {1, 2, 16 * batch + i}});
    }
  }
  /// All batches by one of the ways, each begun before the one before it is computed with.
  static std::vector<MicroBatch> all(DevicePrefetcher::Input input, const ComputeDevice& compute) {
    data::LoaderOptions options = loader_options();
    options.mode = data::LoaderMode::training;
    options.transform.color_jitter = {0.4, 0.4, 0.4};
    data::Loader loader(*packs->train, DevicePrefetcher::loader_options(options, compute, input), kBatches,
                        append);
    DevicePrefetcher stage(options, compute, input);
    std::vector<MicroBatch> batches;
    for (std::int64_t b = 0; b < kBatches; ++b) {
      stage.release();
      stage.begin(loader.next());
      batches.push_back(stage.take());
    }
    return batches;
  }
};

TEST_F(DevicePrefetcherTest, AGpusWayGivesThePixelsOfTheProcessors) {
  const std::vector<MicroBatch> expected = all(DevicePrefetcher::Input::of_device, {});
  const std::vector<MicroBatch> actual = all(DevicePrefetcher::Input::uint8, {});
  for (std::size_t b = 0; b < expected.size(); ++b) {
    EXPECT_EQ(actual[b].inputs.sizes(), expected[b].inputs.sizes());
    EXPECT_TRUE(actual[b].inputs.is_contiguous(torch::MemoryFormat::ChannelsLast));
    // The processors' path may fuse the multiplication with the addition.
    EXPECT_TRUE(torch::allclose(actual[b].inputs, expected[b].inputs, 0, 1e-6));
    EXPECT_TRUE(torch::equal(actual[b].labels, expected[b].labels));
  }
  EXPECT_FALSE(torch::equal(actual[0].inputs, actual[1].inputs));
}

TEST_F(DevicePrefetcherTest, GivesTheNetworksTypeWhereItComputesInBfloat16) {
  ComputeDevice compute;
  compute.precision = config::Precision::bfloat16;
  const std::vector<MicroBatch> exact = all(DevicePrefetcher::Input::uint8, {});
  const std::vector<MicroBatch> rounded = all(DevicePrefetcher::Input::uint8, compute);
  for (std::size_t b = 0; b < exact.size(); ++b) {
    EXPECT_TRUE(torch::equal(rounded[b].inputs, exact[b].inputs.to(torch::kBFloat16)));
  }
}

}  // namespace
}  // namespace ltr::train
