// SPDX-License-Identifier: Apache-2.0
#include "comm/staged_reducer.hpp"

#include <atomic>
#include <chrono>
#include <map>
#include <thread>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "comm/reduced_step.hpp"
#include "device/stream.hpp"
#include "mpi_main.hpp"

namespace ltr::comm {
namespace {

using test::bucket_sizes;
using test::Step;
using test::world;

std::unique_ptr<GradientReducer> staged_on_the_host(std::function<bool(std::size_t)> is_late = {}) {
  return make_staged_reducer(world(), make_fixed_order_reducer(world()),
                             {.gpu = -1, .is_late = std::move(is_late)});
}

TEST(StagedReducer, GivesTheBitsOfTheSerialTree) {
  const auto exchange = staged_on_the_host();
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    Step step(bucket_sizes(), seed);
    step.sum(*exchange);
    step.expect_bits_of_the_serial_tree();
  }
}

TEST(StagedReducer, KeepsManyBucketsApartThoughTheyChangeLength) {
  const auto exchange = staged_on_the_host();
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    std::vector<std::size_t> sizes;
    for (std::size_t b = 0; b < 100 + 50 * seed; ++b) sizes.push_back(1 + (b + seed) * b % 3001);
    Step step(sizes, seed);
    step.sum(*exchange);
    step.expect_bits_of_the_serial_tree();
  }
}

TEST(StagedReducer, DoesNotDependOnWhenBucketsComeToTheHost) {
  // Every rank finds other buckets late, for another number of looks.
  std::map<std::size_t, int> looks;
  const auto rank = static_cast<std::size_t>(world().rank());
  const auto exchange = staged_on_the_host(
      [&](std::size_t bucket) { return (bucket + rank) % 3 == 0 && ++looks[bucket] % 20 != 0; });
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    Step step(std::vector<std::size_t>(12, 5000), seed);
    step.sum(*exchange);
    step.expect_bits_of_the_serial_tree();
  }
}

TEST(StagedReducer, FinishWaitsForTheLastBucket) {
  if (world().size() == 1) GTEST_SKIP() << "one rank has its sum at once";
  std::atomic<bool> held_back = true;
  const auto exchange =
      staged_on_the_host([&](std::size_t bucket) { return bucket == 2 && world().rank() == 0 && held_back; });
  Step step({100, 200, 300}, 9);
  for (std::vector<float>& bucket : step.buckets) exchange->add(bucket, device::Stream::host());
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    held_back = false;
  });
  exchange->finish(device::Stream::host());
  later.join();
  EXPECT_FALSE(held_back);
  step.expect_bits_of_the_serial_tree();
}

TEST(StagedReducer, SumsBackAndForthByTheFastestWayToo) {
  const auto exchange = make_staged_reducer(world(), make_mpi_all_reduce(world()), {});
  for (int round = 0; round < 3; ++round) {
    std::vector<std::vector<float>> buckets;
    for (const std::size_t size : bucket_sizes()) buckets.emplace_back(size, 1.0F);
    for (std::vector<float>& bucket : buckets) exchange->add(bucket, device::Stream::host());
    exchange->finish(device::Stream::host());
    for (const std::vector<float>& bucket : buckets) {
      EXPECT_EQ(bucket, std::vector<float>(bucket.size(), static_cast<float>(world().size())));
    }
  }
}

TEST(StagedReducer, CompletesItsBucketsWhenAbandoned) {
  std::vector<float> ones(1000, 1);
  {
    const auto exchange = staged_on_the_host();
    exchange->add(ones, device::Stream::host());
  }
  EXPECT_EQ(ones, std::vector<float>(1000, static_cast<float>(world().size())));
}

TEST(StagedReducer, TakesBucketsFromOneThreadAndFinishesOnAnother) {
  const auto exchange = staged_on_the_host();
  Step step(bucket_sizes(), 10);
  std::thread backward([&] {
    for (std::vector<float>& bucket : step.buckets) exchange->add(bucket, device::Stream::host());
  });
  backward.join();
  exchange->finish(device::Stream::host());
  exchange->await(device::Event());
  step.expect_bits_of_the_serial_tree();
}

TEST(StagedReducer, RefusesABucketLongerThanOneMessageAndGoesOn) {
  const auto exchange = staged_on_the_host();
  float value = 1;
  EXPECT_THROW(exchange->add({&value, std::size_t{3} << 30}, device::Stream::host()), base::ConfigError);
  Step step({100}, 11);
  step.sum(*exchange);
  step.expect_bits_of_the_serial_tree();
}

TEST(StagedReducer, NoGraphCanCaptureIt) { EXPECT_FALSE(staged_on_the_host()->can_be_captured()); }

}  // namespace
}  // namespace ltr::comm
