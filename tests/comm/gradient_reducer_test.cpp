// SPDX-License-Identifier: Apache-2.0
#include "comm/gradient_reducer.hpp"

#include <chrono>
#include <cmath>
#include <thread>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "comm/group_state.hpp"
#include "comm/reduced_step.hpp"
#include "message_of.hpp"
#include "mpi_main.hpp"

namespace ltr::comm {
namespace {

using test::bucket_sizes;
using test::kLeaves;
using test::Step;
using test::world;

TEST(FixedOrderReducer, GivesTheBitsOfTheSerialTree) {
  const auto exchange = make_gradient_reducer(world(), config::Reduction::fixed_order);
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    Step step(bucket_sizes(), seed);
    step.sum(*exchange);
    step.expect_bits_of_the_serial_tree();
  }
}

TEST(FixedOrderReducer, KeepsManyBucketsApart) {
  const auto exchange = make_gradient_reducer(world(), config::Reduction::fixed_order);
  std::vector<std::size_t> sizes;
  for (std::size_t b = 0; b < 200; ++b) sizes.push_back(1 + b * b % 3001);
  Step step(sizes, 5);
  step.sum(*exchange);
  step.expect_bits_of_the_serial_tree();
}

TEST(FixedOrderReducer, DoesNotDependOnWhenRanksAddTheirBuckets) {
  const auto exchange = make_gradient_reducer(world(), config::Reduction::fixed_order);
  Step step(std::vector<std::size_t>(12, 5000), 6);
  for (std::size_t b = 0; b < step.buckets.size(); ++b) {
    // Every rank pauses at another bucket, so some run far ahead.
    const bool pause =
        b % static_cast<std::size_t>(world().size()) == static_cast<std::size_t>(world().rank());
    if (pause) std::this_thread::sleep_for(std::chrono::milliseconds(3));
    exchange->add(step.buckets[b], device::Stream::host());
  }
  exchange->finish(device::Stream::host());
  step.expect_bits_of_the_serial_tree();
}

TEST(MpiAllReduce, IsWithinRoundingOfTheSum) {
  const auto exchange = make_gradient_reducer(world(), config::Reduction::fastest);
  Step step(bucket_sizes(), 7);
  step.sum(*exchange);
  step.expect_within_rounding();
}

TEST(GradientReducer, OneAfterAnotherDoNotMix) {
  for (int round = 0; round < 3; ++round) {
    const auto first = make_gradient_reducer(world(), config::Reduction::fixed_order);
    Step step(bucket_sizes(), 8);
    step.sum(*first);
    step.expect_bits_of_the_serial_tree();
    const auto second = make_gradient_reducer(world(), config::Reduction::fastest);
    std::vector<float> ones(100, 1);
    second->add(ones, device::Stream::host());
    second->finish(device::Stream::host());
    EXPECT_EQ(ones, std::vector<float>(100, static_cast<float>(world().size())));
  }
}

TEST(GradientReducer, LeavesTheGroupsOwnMessagesAlone) {
  const auto exchange = make_gradient_reducer(world(), config::Reduction::fixed_order);
  for (std::int64_t round = 0; round < 50; ++round) {
    std::vector<float> ones(300, 1);
    exchange->add(ones, device::Stream::host());
    exchange->finish(device::Stream::host());
    std::vector<std::int64_t> values{round};
    world().sum(values);
    ASSERT_EQ(values[0], round * world().size());
    ASSERT_EQ(ones.front(), static_cast<float>(world().size()));
  }
}

TEST(GradientReducer, FinishesWithNothingAdded) {
  for (const auto reduction : {config::Reduction::fixed_order, config::Reduction::fastest}) {
    const auto exchange = make_gradient_reducer(world(), reduction);
    exchange->finish(device::Stream::host());
    exchange->finish(device::Stream::host());
    EXPECT_LT(exchange->exposed_s(), 60);
  }
}

TEST(GradientReducer, CompletesItsBucketsWhenAbandoned) {
  std::vector<float> ones(1000, 1);
  {
    const auto exchange = make_gradient_reducer(world(), config::Reduction::fixed_order);
    exchange->add(ones, device::Stream::host());
  }
  EXPECT_EQ(ones, std::vector<float>(1000, static_cast<float>(world().size())));
}

TEST(GradientReducer, CountsTheTimeSpentWaiting) {
  if (world().size() == 1) GTEST_SKIP() << "one rank waits for nobody";
  const auto exchange = make_gradient_reducer(world(), config::Reduction::fixed_order);
  std::vector<float> ones(1000, 1);
  if (world().rank() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(200));
  exchange->add(ones, device::Stream::host());
  exchange->finish(device::Stream::host());
  // Every sum needs rank 0, so the others wait about as long as it sleeps; they may have begun late
  // themselves.
  std::vector<double> waited{exchange->exposed_s()};
  world().max(waited);
  EXPECT_GT(waited[0], 0.05);
}

TEST(GradientReducer, RefusesFixedOrderOnANumberOfRanksThatCannotBeHalved) {
  const auto state = std::make_shared<Group::State>();
  state->size = 6;
  const std::string message = test::message_of<base::ConfigError>(
      [&] { return make_gradient_reducer(Group(state), config::Reduction::fixed_order); });
  EXPECT_NE(message.find("6 ranks"), std::string::npos) << message;
  EXPECT_NE(message.find("parallel.reduction = \"fastest\""), std::string::npos) << message;
}

TEST(GradientReducer, RefusesABucketLongerThanOneMessage) {
  if (world().size() == 1) GTEST_SKIP() << "one rank sends nothing";
  const auto exchange = make_gradient_reducer(world(), config::Reduction::fixed_order);
  float value = 1;
  // Never read: the length alone is refused.
  const std::span<float> bucket(&value, std::size_t{3} << 30);
  EXPECT_THROW(exchange->add(bucket, device::Stream::host()), base::ConfigError);
  exchange->finish(device::Stream::host());
}

}  // namespace
}  // namespace ltr::comm
