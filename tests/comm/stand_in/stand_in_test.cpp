// SPDX-License-Identifier: Apache-2.0
// Exchanges of gradients between GPUs where threads of the host and MPI stand in for CUDA and NCCL: who waits
// for whom, and what all ranks are told when one of them fails.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <ostream>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "comm/gradient_reducer.hpp"
#include "comm/reduced_step.hpp"
#include "comm/stand_in/cuda_stand_in.hpp"
#include "comm/stand_in/nccl_stand_in.hpp"
#include "device/current_gpu.hpp"
#include "device/gpu_memory.hpp"
#include "device/stream.hpp"
#include "mpi_main.hpp"

namespace ltr::comm {

/// For the names of tests, and what they say.
void PrintTo(Transport transport, std::ostream* stream) {
  *stream << (transport == Transport::mpi ? "mpi" : "nccl");
}

namespace {

using stand_in::conditions;
using stand_in::While;
using test::session;
using test::Step;
using test::world;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::size_t kLongestBucket = 20011;

int own_gpu() { return session().local_rank().value(); }

ReducerOptions place_of(Transport transport) {
  return {.gpu = own_gpu(), .transport = transport, .largest_bucket = kLongestBucket};
}

/// Buckets that ranks share unevenly, longer and shorter ones in turn.
std::vector<Step> steps_of_uneven_buckets() {
  const auto ranks = static_cast<std::size_t>(world().size());
  std::vector<Step> steps;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    std::vector<std::size_t> sizes{64, ranks + 1, kLongestBucket, 1, 5000, ranks, 777};
    std::ranges::rotate(sizes, sizes.begin() + static_cast<std::ptrdiff_t>(seed));
    steps.emplace_back(sizes, seed);
  }
  return steps;
}

/// When a step's gradients come to the GPU.
enum class Filled { as_they_are_added, before_the_first_step };

/// Steps as they follow each other in training: one stream fills buckets, another uses the sums, and the host
/// waits for neither until the end.
void sum_on_gpu(std::vector<Step>& steps, GradientReducer& exchange,
                Filled filled = Filled::as_they_are_added) {
  const device::Stream filling = device::Stream::on_gpu(own_gpu());
  const device::Stream use = device::Stream::on_gpu(own_gpu());
  device::Event done;
  std::vector<std::vector<device::GpuMemory>> there(steps.size());
  const auto fill = [&](std::size_t s, std::size_t b) {
    filling.copy(there[s][b].get(), steps[s].buckets[b].data(), there[s][b].size_bytes());
  };
  for (std::size_t s = 0; s < steps.size(); ++s) {
    for (std::size_t b = 0; b < steps[s].buckets.size(); ++b) {
      there[s].emplace_back(steps[s].buckets[b].size() * sizeof(float), own_gpu());
      if (filled == Filled::before_the_first_step) fill(s, b);
    }
  }
  done.record(filling);
  done.wait();
  for (std::size_t s = 0; s < steps.size(); ++s) {
    std::vector<std::vector<float>>& buckets = steps[s].buckets;
    for (std::size_t b = 0; b < buckets.size(); ++b) {
      if (filled == Filled::as_they_are_added) fill(s, b);
      exchange.add({static_cast<float*>(there[s][b].get()), buckets[b].size()}, filling);
    }
    exchange.finish(use);
    for (std::size_t b = 0; b < buckets.size(); ++b) {
      use.copy(buckets[b].data(), there[s][b].get(), there[s][b].size_bytes());
    }
  }
  done.record(use);
  exchange.await(done);
}

void expect_bits_of_the_serial_tree(Transport transport, Filled filled = Filled::as_they_are_added) {
  const device::GpuScope scope(own_gpu());
  std::vector<Step> steps = steps_of_uneven_buckets();
  const auto exchange = make_gradient_reducer(world(), config::Reduction::fixed_order, place_of(transport));
  sum_on_gpu(steps, *exchange, filled);
  for (const Step& step : steps) step.expect_bits_of_the_serial_tree();
}

/// So that some ranks hurry ahead of the others.
int on_odd_ranks(int time_us) { return world().rank() % 2 == 1 ? time_us : 0; }

class ExchangeOnTheStandIn : public testing::TestWithParam<Transport> {
 private:
  device::GpuScope scope_{own_gpu()};
};

TEST_P(ExchangeOnTheStandIn, GivesTheBitsOfTheSerialTreeInSeveralSteps) {
  for (int round = 0; round < 3; ++round) expect_bits_of_the_serial_tree(GetParam());
}

TEST_P(ExchangeOnTheStandIn, WaitsForBucketsThatAreFilledLateAndForSumsThatComeBackLate) {
  const While slow(conditions().copy_to_gpu_us, 2000);
  expect_bits_of_the_serial_tree(GetParam());
}

TEST_P(ExchangeOnTheStandIn, WaitsWhereSomeRanksAreLate) {
  const While slow(conditions().copy_to_gpu_us, on_odd_ranks(2000));
  expect_bits_of_the_serial_tree(GetParam());
}

TEST_P(ExchangeOnTheStandIn, TheNextStepDoesNotOverwriteSumsOnTheirWayBack) {
  const While slow(conditions().copy_to_gpu_us, 2000);
  expect_bits_of_the_serial_tree(GetParam(), Filled::before_the_first_step);
}

TEST_P(ExchangeOnTheStandIn, SumsAreUsedOnlyOnceTheyAreThere) {
  const While slow(conditions().nccl_us, 2000);
  expect_bits_of_the_serial_tree(GetParam());
}

TEST_P(ExchangeOnTheStandIn, IsUsedByAThreadThatHasChosenNoGpu) {
  std::vector<Step> steps = steps_of_uneven_buckets();
  const auto exchange = make_gradient_reducer(world(), config::Reduction::fixed_order, place_of(GetParam()));
  std::thread backward([&] { sum_on_gpu(steps, *exchange); });
  backward.join();
  for (const Step& step : steps) step.expect_bits_of_the_serial_tree();
}

TEST_P(ExchangeOnTheStandIn, IsCompletedWhenAbandoned) {
  const device::GpuMemory memory(kLongestBucket * sizeof(float), own_gpu());
  const device::Stream stream = device::Stream::on_gpu(own_gpu());
  std::vector<float> ones(kLongestBucket, 1);
  {
    const While slow(conditions().copy_to_gpu_us, on_odd_ranks(2000));
    const auto exchange =
        make_gradient_reducer(world(), config::Reduction::fixed_order, place_of(GetParam()));
    stream.copy(memory.get(), ones.data(), memory.size_bytes());
    exchange->add({static_cast<float*>(memory.get()), ones.size()}, stream);
  }
  stream.copy(ones.data(), memory.get(), memory.size_bytes());
  device::Event done;
  done.record(stream);
  done.wait();
  EXPECT_THAT(ones, Each(static_cast<float>(world().size())));
}

INSTANTIATE_TEST_SUITE_P(Over, ExchangeOnTheStandIn, testing::Values(Transport::mpi, Transport::nccl),
                         testing::PrintToStringParamName());

// Faults need another rank that could be left waiting: suites of this name are not for one rank.

/// The class of the error and its message; "" if there was none.
std::string told_by(const std::function<void()>& work) {
  try {
    work();
    return "";
  } catch (const base::ConfigError& error) {
    return std::string("ConfigError: ") + error.what();
  } catch (const base::SystemError& error) {
    return std::string("SystemError: ") + error.what();
  } catch (const CommunicationError& error) {
    return std::string("CommunicationError: ") + error.what();
  }
}

/// What each rank is told while it makes NCCL's exchange on `gpu`.
std::vector<std::string> told_while_making(int gpu) {
  const device::GpuScope scope(gpu);
  return world().all_gather(told_by([&] {
    const auto exchange =
        make_gradient_reducer(world(), config::Reduction::fixed_order,
                              {.gpu = gpu, .transport = Transport::nccl, .largest_bucket = 1000});
  }));
}

bool is_last_rank() { return world().rank() == world().size() - 1; }

std::string last_rank() { return "SystemError: rank " + std::to_string(world().size() - 1) + " ("; }

TEST(FaultsOfSeveralRanks, NcclOnOneGpuIsRefusedOnAllAlike) {
  EXPECT_THAT(told_while_making(0),
              Each(AllOf(StartsWith("ConfigError: ncclCommInitRankConfig"), HasSubstr("one GPU a rank"))));
}

TEST(FaultsOfSeveralRanks, ARankWithoutCommunicatorIsToldOfOnAllAndTheOthersEndTheirs) {
  const int aborts = stand_in::aborts();
  {
    const While failing(conditions().cannot_join, is_last_rank());
    EXPECT_THAT(told_while_making(own_gpu()),
                Each(AllOf(StartsWith(last_rank()), HasSubstr("ncclCommInitRankConfig"))));
  }
  EXPECT_EQ(stand_in::aborts() - aborts, is_last_rank() ? 0 : 1);
  expect_bits_of_the_serial_tree(Transport::nccl);
}

TEST(FaultsOfSeveralRanks, ARankWithoutMemoryIsToldOfOnAll) {
  {
    const While failing(conditions().gpu_memory_is_full, is_last_rank());
    EXPECT_THAT(told_while_making(own_gpu()), Each(AllOf(StartsWith(last_rank()), HasSubstr("out of memory"),
                                                         HasSubstr("more micro-batches"))));
  }
  expect_bits_of_the_serial_tree(Transport::nccl);
}

TEST(FaultsOfSeveralRanks, APeerThatIsGoneIsToldInNcclsWordsAndWhatWaitsForItIsEnded) {
  const device::GpuScope scope(own_gpu());
  {
    const device::GpuMemory memory(1000 * sizeof(float), own_gpu());
    const std::span bucket(static_cast<float*>(memory.get()), 1000);
    const device::Stream stream = device::Stream::on_gpu(own_gpu());
    auto exchange = make_gradient_reducer(world(), config::Reduction::fixed_order, place_of(Transport::nccl));
    // Rank 0 does not come.
    if (world().rank() != 0) {
      const int aborts = stand_in::aborts();
      exchange->add(bucket, stream);
      exchange->finish(stream);
      device::Event done;
      done.record(stream);
      const While gone(conditions().peer_is_gone, true);
      EXPECT_THAT(told_by([&] { exchange->await(done); }),
                  AllOf(StartsWith("CommunicationError: the exchange of gradients broke off"),
                        HasSubstr(stand_in::kPeerIsGone)));
      EXPECT_EQ(stand_in::aborts() - aborts, 1);
      EXPECT_THAT(told_by([&] { exchange->add(bucket, stream); }), StartsWith("CommunicationError: "));
      exchange.reset();
    }
  }
  world().barrier();
  expect_bits_of_the_serial_tree(Transport::nccl);
}

TEST(FaultsOfSeveralRanks, AGpuThatFailsInTheMiddleOfAStepLosesTheRanks) {
  const device::GpuScope scope(own_gpu());
  for (const Transport transport : {Transport::mpi, Transport::nccl}) {
    const device::GpuMemory memory(1000 * sizeof(float), own_gpu());
    const device::Stream stream = device::Stream::on_gpu(own_gpu());
    const auto exchange = make_gradient_reducer(world(), config::Reduction::fixed_order, place_of(transport));
    const While failed(conditions().gpu_has_failed, true);
    EXPECT_THAT(
        told_by([&] {
          exchange->add({static_cast<float*>(memory.get()), 1000}, stream);
          exchange->finish(stream);
          device::Event done;
          done.record(stream);
          exchange->await(done);
        }),
        AllOf(StartsWith("CommunicationError: the exchange of gradients broke off"), HasSubstr("cudaEvent")));
  }
  world().barrier();
}

}  // namespace
}  // namespace ltr::comm
