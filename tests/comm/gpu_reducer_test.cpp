// SPDX-License-Identifier: Apache-2.0
// Exchanges of gradients that are on GPUs; without these, what a user is told.
#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "comm/gradient_reducer.hpp"
#include "comm/reduced_step.hpp"
#include "device/current_gpu.hpp"
#include "device/gpu_memory.hpp"
#include "device/gpus.hpp"
#include "device/stream.hpp"
#include "message_of.hpp"
#include "mpi_main.hpp"

namespace ltr::comm {
namespace {

using test::bucket_sizes;
using test::kLeaves;
using test::session;
using test::Step;
using test::world;

int gpus() { return static_cast<int>(device::visible_gpus().size()); }

/// Of this rank; several share one where there are fewer.
int own_gpu() { return session().local_rank().value() % std::max(gpus(), 1); }

/// The reason why there can be no test of NCCL, on all ranks alike; "" if there is none.
std::string why_no_nccl() {
  std::array<std::int64_t, 1> without{gpus() < session().local_size() ? 1 : 0};
  world().sum(without);
  if (without[0] == 0) return "";
  return gpus() == 0 ? device::why_no_gpu() : "there are fewer GPUs than ranks";
}

/// Sums a step's buckets by way of this rank's GPU.
void sum_on_gpu(Step& step, GradientReducer& exchange, int gpu) {
  const device::Stream stream = device::Stream::on_gpu(gpu);
  std::vector<device::GpuMemory> there;
  for (std::vector<float>& bucket : step.buckets) {
    there.emplace_back(std::max<std::size_t>(bucket.size(), 1) * sizeof(float), gpu);
    stream.copy(there.back().get(), bucket.data(), bucket.size() * sizeof(float));
    exchange.add({static_cast<float*>(there.back().get()), bucket.size()}, stream);
  }
  exchange.finish(stream);
  for (std::size_t b = 0; b < there.size(); ++b) {
    std::vector<float>& bucket = step.buckets[b];
    stream.copy(bucket.data(), there[b].get(), bucket.size() * sizeof(float));
  }
  device::Event done;
  done.record(stream);
  exchange.await(done);
}

TEST(ExchangeOnAGpu, OverMpiGivesTheBitsOfTheSerialTree) {
  if (gpus() == 0) GTEST_SKIP() << device::why_no_gpu();
  const int gpu = own_gpu();
  const device::GpuScope scope(gpu);
  const auto exchange = make_gradient_reducer(world(), config::Reduction::fixed_order, {.gpu = gpu});
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    Step step(bucket_sizes(), seed);
    sum_on_gpu(step, *exchange, gpu);
    step.expect_bits_of_the_serial_tree();
  }
}

TEST(ExchangeOnAGpu, OverNcclGivesTheBitsOfTheSerialTree) {
  if (const std::string reason = why_no_nccl(); !reason.empty()) GTEST_SKIP() << reason;
  const int gpu = own_gpu();
  const device::GpuScope scope(gpu);
  const auto exchange =
      make_gradient_reducer(world(), config::Reduction::fixed_order,
                            {.gpu = gpu, .transport = Transport::nccl, .largest_bucket = 1000});
  EXPECT_TRUE(exchange->can_be_captured());
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    Step step(bucket_sizes(), seed);
    sum_on_gpu(step, *exchange, gpu);
    step.expect_bits_of_the_serial_tree();
  }
}

TEST(ExchangeOnAGpu, TheFastestOverNcclIsWithinRounding) {
  if (const std::string reason = why_no_nccl(); !reason.empty()) GTEST_SKIP() << reason;
  const int gpu = own_gpu();
  const device::GpuScope scope(gpu);
  const auto exchange =
      make_gradient_reducer(world(), config::Reduction::fastest, {.gpu = gpu, .transport = Transport::nccl});
  Step step(bucket_sizes(), 7);
  sum_on_gpu(step, *exchange, gpu);
  step.expect_within_rounding();
}

TEST(ExchangeOnAGpu, NcclIsRefusedForTheHost) {
  const std::string message = test::message_of<base::ConfigError>([] {
    return make_gradient_reducer(world(), config::Reduction::fixed_order, {.transport = Transport::nccl});
  });
  EXPECT_NE(message.find("parallel.exchange = \"mpi\""), std::string::npos) << message;
}

TEST(ExchangeOnAGpu, WithoutOneTheReasonIsTold) {
  if (gpus() > 0) GTEST_SKIP() << "there is a GPU";
  if (world().size() == 1) GTEST_SKIP() << "one rank exchanges nothing";
  for (const Transport transport : {Transport::mpi, Transport::nccl}) {
    const std::string message = test::message_of([&] {
      return make_gradient_reducer(world(), config::Reduction::fixed_order,
                                   {.gpu = 0, .transport = transport});
    });
    const bool tells = message.find("without CUDA") != std::string::npos ||
                       message.find(device::why_no_gpu()) != std::string::npos;
    EXPECT_TRUE(tells) << message;
  }
}

}  // namespace
}  // namespace ltr::comm
