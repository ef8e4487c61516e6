// SPDX-License-Identifier: Apache-2.0
// Draws per second on one core, beside shuffling a list of the epoch's images; quotas are checked in the same
// run.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "config/enums.hpp"
#include "sampling/draw.hpp"

namespace {

using namespace ltr;

constexpr std::int64_t kBatch = 512;
constexpr std::int64_t kEpochs = 90;

/// 1000 classes of 5 to 450 images, about 116,000 in all: the size and median of ImageNet-LT.
std::vector<std::int64_t> long_tailed_counts() {
  std::vector<std::int64_t> counts;
  for (int j = 0; j < 1000; ++j) counts.push_back(std::max(5L, std::lround(450 * std::exp(-0.0038 * j))));
  return counts;
}

sampling::DrawOptions options_for(config::SamplingKind kind, bool replacement,
                                  std::span<const std::int64_t> counts) {
  const std::int64_t images = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  return {.seed = 1,
          .kind = kind,
          .replacement = replacement,
          .epochs = kEpochs,
          .draws_per_epoch = images / kBatch * kBatch};
}

bool quotas_met(const sampling::EpochDraws& draws) {
  std::vector<std::int64_t> drawn(draws.quotas().size(), 0);
  for (std::int64_t k = 0; k < draws.size(); ++k) {
    ++drawn[static_cast<std::size_t>(draws.draw(k).class_id.value())];
  }
  return std::ranges::equal(drawn, draws.quotas());
}

void draw_an_epoch(benchmark::State& state, config::SamplingKind kind, bool replacement) {
  const std::vector<std::int64_t> counts = long_tailed_counts();
  const sampling::EpochDraws draws(options_for(kind, replacement, counts), counts, kEpochs / 2);
  if (!replacement && !quotas_met(draws)) {
    state.SkipWithError("the draws do not meet their quotas");
    return;
  }
  for (auto _ : state) {
    for (std::int64_t k = 0; k < draws.size(); ++k) benchmark::DoNotOptimize(draws.sample(k));
  }
  state.SetItemsProcessed(state.iterations() * draws.size());
}

void make_an_epoch(benchmark::State& state, config::SamplingKind kind) {
  const std::vector<std::int64_t> counts = long_tailed_counts();
  const sampling::DrawOptions options = options_for(kind, false, counts);
  for (auto _ : state) benchmark::DoNotOptimize(sampling::EpochDraws(options, counts, kEpochs - 1));
}

/// What a list-based sampler does every epoch on every rank: all images in a list, shuffled.
void shuffle_a_list(benchmark::State& state) {
  const std::vector<std::int64_t> counts = long_tailed_counts();
  std::vector<std::int64_t> list(std::accumulate(counts.begin(), counts.end(), std::size_t{0}));
  std::mt19937_64 random(1);
  for (auto _ : state) {
    std::iota(list.begin(), list.end(), std::int64_t{0});
    std::shuffle(list.begin(), list.end(), random);
    benchmark::DoNotOptimize(list.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(list.size()));
}

double percentile_95(const std::vector<double>& values) {
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  return sorted[static_cast<std::size_t>(std::ceil(0.95 * static_cast<double>(sorted.size()))) - 1];
}

void repeat(benchmark::internal::Benchmark* bench) {
  bench->Unit(benchmark::kMillisecond)->Repetitions(11)->MinTime(0.1)->ReportAggregatesOnly();
  bench->ComputeStatistics("p95", percentile_95);
}

}  // namespace

int main(int argc, char** argv) {
  for (const auto& entry : config::enum_entries<config::SamplingKind>()) {
    const std::string name(entry.name);
    repeat(benchmark::RegisterBenchmark(("draw/" + name).c_str(), draw_an_epoch, entry.value, false));
    repeat(benchmark::RegisterBenchmark(("make_last_epoch/" + name).c_str(), make_an_epoch, entry.value));
  }
  repeat(benchmark::RegisterBenchmark("draw/with_replacement", draw_an_epoch,
                                      config::SamplingKind::square_root, true));
  repeat(benchmark::RegisterBenchmark("peer/shuffle_a_list", shuffle_a_list));
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
