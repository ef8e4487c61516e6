// SPDX-License-Identifier: Apache-2.0
// Time to sum gradient buckets over ranks, beside MPI_Allreduce of the same buckets; run under mpirun or
// srun.
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "base/format.hpp"
#include "base/stopwatch.hpp"
#include "comm/exchange.hpp"
#include "comm/group.hpp"
#include "comm/mpi_check.hpp"
#include "comm/session.hpp"

namespace ltr::comm {
namespace {

using Buckets = std::vector<std::vector<float>>;

/// Gradients of one step: `values` floats in buckets of `bucket` floats.
struct Workload {
  std::string name;
  std::size_t values;
  std::size_t bucket;
  int steps;
};

const std::array kWorkloads{
    Workload{"one small layer", 1024, 1024, 400},
    Workload{"64 KiB", 16384, 16384, 400},
    Workload{"1 MiB", 262144, 262144, 200},
    Workload{"16 MiB", 4194304, 4194304, 30},
    Workload{"ResNet-32, whole", 464154, 464154, 200},
    Workload{"ResNet-32, buckets", 464154, 65536, 200},
    Workload{"ResNet-18, buckets", 11181642, 1048576, 20},
};

/// One way to sum buckets over ranks.
struct Method {
  std::string name;
  std::function<void(Buckets&)> sum;
};

struct Measurement {
  std::vector<double> seconds;
  std::int64_t wrong = 0;
};

Buckets make_buckets(const Workload& workload) {
  Buckets buckets;
  for (std::size_t begin = 0; begin < workload.values; begin += workload.bucket) {
    buckets.emplace_back(std::min(workload.bucket, workload.values - begin));
  }
  return buckets;
}

/// Small integers, whose sum is exact in any order.
float value_of(std::size_t i, int rank) {
  return static_cast<float>((i * 7 + static_cast<std::size_t>(rank)) % 64);
}

void fill(Buckets& buckets, int rank) {
  for (std::vector<float>& bucket : buckets) {
    for (std::size_t i = 0; i < bucket.size(); ++i) bucket[i] = value_of(i, rank);
  }
}

std::int64_t count_wrong(const Buckets& buckets, int ranks) {
  std::int64_t wrong = 0;
  for (const std::vector<float>& bucket : buckets) {
    for (std::size_t i = 0; i < bucket.size(); ++i) {
      float expected = 0;
      for (int r = 0; r < ranks; ++r) expected += value_of(i, r);
      wrong += bucket[i] == expected ? 0 : 1;
    }
  }
  return wrong;
}

Measurement measure(const Group& world, const Workload& workload, const Method& method) {
  constexpr int kWarmUp = 5;
  Buckets buckets = make_buckets(workload);
  Measurement result;
  for (int step = -kWarmUp; step < workload.steps; ++step) {
    fill(buckets, world.rank());
    world.barrier();
    const base::Stopwatch stopwatch;
    method.sum(buckets);
    if (step >= 0) result.seconds.push_back(stopwatch.seconds());
  }
  // A step has ended when its slowest rank has.
  world.max(result.seconds);
  std::ranges::sort(result.seconds);
  std::array<std::int64_t, 1> wrong{count_wrong(buckets, world.size())};
  world.sum(wrong);
  result.wrong = wrong[0];
  return result;
}

std::vector<Method> make_methods(const Group& world, Exchange& fixed_order, Exchange& fastest) {
  const auto by = [](Exchange& exchange) {
    return [&exchange](Buckets& buckets) {
      for (std::vector<float>& bucket : buckets) exchange.add(bucket);
      exchange.finish();
    };
  };
  const auto by_allreduce = [&world](Buckets& buckets) {
    for (std::vector<float>& bucket : buckets) {
      if (world.size() == 1) return;
      LTR_MPI(MPI_Allreduce(MPI_IN_PLACE, bucket.data(), static_cast<int>(bucket.size()), MPI_FLOAT, MPI_SUM,
                            MPI_COMM_WORLD));
    }
  };
  return {{"fixed_order", by(fixed_order)}, {"fastest", by(fastest)}, {"MPI_Allreduce", by_allreduce}};
}

std::string row(const Workload& workload, const Method& method, const Measurement& result, int ranks) {
  const auto quantile_us = [&](double q) {
    const double last = static_cast<double>(result.seconds.size() - 1);
    return 1e6 * result.seconds[static_cast<std::size_t>(q * last)];
  };
  const std::size_t bytes = workload.values * sizeof(float);
  const double median_us = quantile_us(0.5);
  // What a ring must move over each link, whatever the algorithm: 2 (R-1)/R of the bytes.
  const double busbw = 1e-3 * static_cast<double>(bytes) / median_us * 2 * (ranks - 1) / ranks;
  return base::format("{:<20} {:<14} {:>7} {:>10} {:>11.1f} {:>11.1f} {:>12.3f} {:>7}", workload.name,
                      method.name, (workload.values + workload.bucket - 1) / workload.bucket, bytes,
                      median_us, quantile_us(0.95), busbw, result.wrong);
}

int run() {
  const Session session;
  const Group& world = session.world();
  const bool speaks = world.rank() == 0;
  const auto tell = [&](const std::string& line) {
    if (speaks) std::puts(line.c_str());
  };
  const auto fixed_order = make_exchange(world, config::Reduction::fixed_order);
  const auto fastest = make_exchange(world, config::Reduction::fastest);
  tell(base::format("# {}, {} ranks, {} on this host ({}); float32, in place; slowest rank's time",
                    Session::library_version(), world.size(), session.local_size(), session.host()));
  tell(base::format("{:<20} {:<14} {:>7} {:>10} {:>11} {:>11} {:>12} {:>7}", "gradients", "method", "buckets",
                    "bytes", "median us", "p95 us", "busbw GB/s", "#wrong"));
  std::int64_t wrong = 0;
  for (const Workload& workload : kWorkloads) {
    for (const Method& method : make_methods(world, *fixed_order, *fastest)) {
      const Measurement result = measure(world, workload, method);
      wrong += result.wrong;
      tell(row(workload, method, result, world.size()));
    }
  }
  tell(wrong == 0 ? "# OK" : base::format("# FAILED: {} wrong values", wrong));
  return wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace ltr::comm

int main() {
  try {
    return ltr::comm::run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
