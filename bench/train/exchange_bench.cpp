// SPDX-License-Identifier: Apache-2.0
// Time to sum gradient buckets over ranks, beside MPI_Allreduce of the same buckets; run under mpirun or
// srun.
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "base/format.hpp"
#include "base/stopwatch.hpp"
#include "comm/gradient_reducer.hpp"
#include "comm/group.hpp"
#include "comm/mpi_check.hpp"
#include "comm/session.hpp"
#include "model/classifier.hpp"
#include "train/flat_parameters.hpp"
#include "train/step.hpp"

namespace ltr::comm {
namespace {

using Buckets = std::vector<std::vector<float>>;

/// Gradients of one step. Units: floats, in the order in which they go out.
struct Workload {
  std::string name;
  std::vector<std::size_t> buckets;
  int steps;

  [[nodiscard]] std::size_t values() const {
    return std::accumulate(buckets.begin(), buckets.end(), std::size_t{0});
  }
};

/// What a training step of a network really sends: gradients, BatchNorm's statistics, loss and status.
std::vector<std::size_t> buckets_of(config::BackboneKind kind, std::int64_t classes) {
  auto network = std::make_shared<model::Network>(kind, classes);
  train::FlatParameters parameters(*network);
  const train::Step step(Group::alone(), {.global_batch = 1, .micro_batches = 1, .ranks = 1},
                         {{.module = network, .logits = {}, .loss = nullptr, .parameters = &parameters}});
  return step.bucket_sizes();
}

std::vector<Workload> workloads() {
  return {{"one small layer", {1024}, 400},
          {"64 KiB", {16384}, 400},
          {"1 MiB", {262144}, 200},
          {"16 MiB", {4194304}, 30},
          {"ResNet-32", buckets_of(config::BackboneKind::resnet32, 10), 200},
          {"ResNet-50", buckets_of(config::BackboneKind::resnet50, 1000), 20}};
}

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
  for (const std::size_t size : workload.buckets) buckets.emplace_back(size);
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

/// All methods in turn within every step, so that a machine whose speed drifts does the same to each.
std::vector<Measurement> measure(const Group& world, const Workload& workload,
                                 const std::vector<Method>& methods) {
  constexpr int kWarmUp = 5;
  std::vector<Buckets> buckets(methods.size(), make_buckets(workload));
  std::vector<Measurement> results(methods.size());
  for (int step = -kWarmUp; step < workload.steps; ++step) {
    for (std::size_t m = 0; m < methods.size(); ++m) {
      fill(buckets[m], world.rank());
      world.barrier();
      const base::Stopwatch stopwatch;
      methods[m].sum(buckets[m]);
      if (step >= 0) results[m].seconds.push_back(stopwatch.seconds());
    }
  }
  for (std::size_t m = 0; m < methods.size(); ++m) {
    // A step has ended when its slowest rank has.
    world.max(results[m].seconds);
    std::ranges::sort(results[m].seconds);
    std::array<std::int64_t, 1> wrong{count_wrong(buckets[m], world.size())};
    world.sum(wrong);
    results[m].wrong = wrong[0];
  }
  return results;
}

std::vector<Method> make_methods(const Group& world, GradientReducer& fixed_order, GradientReducer& fastest) {
  const auto by = [](GradientReducer& exchange) {
    return [&exchange](Buckets& buckets) {
      for (std::vector<float>& bucket : buckets) exchange.add(bucket, device::Stream::host());
      exchange.finish(device::Stream::host());
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

double quantile_us(const Measurement& result, double q) {
  const double last = static_cast<double>(result.seconds.size() - 1);
  return 1e6 * result.seconds[static_cast<std::size_t>(q * last)];
}

std::string row(const Workload& workload, const Method& method, const Measurement& result, int ranks,
                double reference_us) {
  const std::size_t bytes = workload.values() * sizeof(float);
  const double median_us = quantile_us(result, 0.5);
  // What a ring must move over each link, whatever the algorithm: 2 (R-1)/R of the bytes.
  const double busbw = 1e-3 * static_cast<double>(bytes) / median_us * 2 * (ranks - 1) / ranks;
  return base::format("{:<16} {:<14} {:>7} {:>10} {:>11.1f} {:>11.1f} {:>11.3f} {:>12.2f} {:>7}",
                      workload.name, method.name, workload.buckets.size(), bytes, median_us,
                      quantile_us(result, 0.95), busbw, median_us / reference_us, result.wrong);
}

int run() {
  const Session session;
  const Group& world = session.world();
  const bool speaks = world.rank() == 0;
  const auto tell = [&](const std::string& line) {
    if (speaks) std::puts(line.c_str());
  };
  const auto fixed_order = make_gradient_reducer(world, config::Reduction::fixed_order);
  const auto fastest = make_gradient_reducer(world, config::Reduction::fastest);
  tell(base::format("# {}, {} ranks, {} on this host ({}); float32, in place; slowest rank's time",
                    Session::library_version(), world.size(), session.local_size(), session.host()));
  tell(base::format("{:<16} {:<14} {:>7} {:>10} {:>11} {:>11} {:>11} {:>12} {:>7}", "gradients", "method",
                    "buckets", "bytes", "median us", "p95 us", "busbw GB/s", "of Allreduce", "#wrong"));
  std::int64_t wrong = 0;
  for (const Workload& workload : workloads()) {
    const std::vector<Method> methods = make_methods(world, *fixed_order, *fastest);
    const std::vector<Measurement> results = measure(world, workload, methods);
    const double reference_us = quantile_us(results.back(), 0.5);
    for (std::size_t m = 0; m < methods.size(); ++m) {
      wrong += results[m].wrong;
      tell(row(workload, methods[m], results[m], world.size(), reference_us));
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
