// SPDX-License-Identifier: Apache-2.0
// Draws per second on one core for the class counts of public sets, and the memory they take, beside a list
// of the epoch's images that is shuffled. Quotas are checked in the same run.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <new>
#include <numeric>
#include <random>
#include <span>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include <benchmark/benchmark.h>
#include <malloc.h>

#include "config/enums.hpp"
#include "sampling/counts.hpp"
#include "sampling/draw.hpp"

namespace {

using namespace ltr;

constexpr std::int64_t kBatch = 512;
constexpr std::int64_t kEpochs = 90;

std::int64_t live_bytes = 0;
std::int64_t peak_bytes = 0;

void* counted(std::size_t size) {
  void* memory = std::malloc(size > 0 ? size : 1);
  if (memory == nullptr) throw std::bad_alloc();
  live_bytes += static_cast<std::int64_t>(malloc_usable_size(memory));
  peak_bytes = std::max(peak_bytes, live_bytes);
  return memory;
}

void uncounted(void* memory) {
  live_bytes -= static_cast<std::int64_t>(malloc_usable_size(memory));
  std::free(memory);
}

/// A set's training images a class: a file of configs/counts, or a hundred million images in 100,000 classes,
/// few of which have most of them.
std::vector<std::int64_t> counts_of(const std::string& set) {
  if (set != "100_million") {
    std::istringstream file(set == "imagenet_lt" ? sampling::kImagenetLtCounts
                                                 : sampling::kInaturalist18Counts);
    return {std::istream_iterator<std::int64_t>(file), {}};
  }
  std::vector<std::int64_t> counts;
  for (int j = 0; j < 100'000; ++j)
    counts.push_back(5 + static_cast<std::int64_t>(std::lround(8e6 / (j + 1.0))));
  return counts;
}

sampling::DrawOptions options_for(config::SamplingKind kind, sampling::SamplingScheme scheme,
                                  std::span<const std::int64_t> counts) {
  const std::int64_t images = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  return {.seed = 1,
          .kind = kind,
          .scheme = scheme,
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

void draw_an_epoch(benchmark::State& state, const std::string& set, config::SamplingKind kind,
                   sampling::SamplingScheme scheme) {
  const std::vector<std::int64_t> counts = counts_of(set);
  const std::int64_t before = peak_bytes = live_bytes;
  const sampling::EpochDraws draws =
      sampling::DrawSequence(options_for(kind, scheme, counts), counts, kEpochs / 2).next();
  state.counters["held_MiB"] = static_cast<double>(live_bytes - before) / (1 << 20);
  state.counters["peak_MiB"] = static_cast<double>(peak_bytes - before) / (1 << 20);
  if (scheme != sampling::SamplingScheme::independent && !quotas_met(draws)) {
    state.SkipWithError("the draws do not meet their quotas");
    return;
  }
  const std::int64_t some = std::min<std::int64_t>(draws.size(), 1'000'000);
  std::int64_t begin = 0;
  for (auto _ : state) {
    for (std::int64_t k = begin; k < begin + some; ++k) benchmark::DoNotOptimize(draws.sample(k));
    begin = draws.size() - some;
  }
  state.SetItemsProcessed(state.iterations() * some);
}

/// What an epoch costs before its first draw, one epoch after another.
void make_an_epoch(benchmark::State& state, const std::string& set, config::SamplingKind kind,
                   sampling::SamplingScheme scheme) {
  const std::vector<std::int64_t> counts = counts_of(set);
  const sampling::DrawOptions options = options_for(kind, scheme, counts);
  sampling::DrawSequence sequence(options, counts);
  std::int64_t epoch = 0;
  for (auto _ : state) {
    if (epoch++ == kEpochs) {
      sequence = sampling::DrawSequence(options, counts);
      epoch = 1;
    }
    benchmark::DoNotOptimize(sequence.next());
  }
}

/// What a list-based sampler does every epoch on every rank: all images in a list, shuffled.
void shuffle_a_list(benchmark::State& state) {
  const std::vector<std::int64_t> counts = counts_of("imagenet_lt");
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

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void operator delete(void* memory) noexcept { uncounted(memory); }
void operator delete[](void* memory) noexcept { uncounted(memory); }
void operator delete(void* memory, std::size_t) noexcept { uncounted(memory); }
void operator delete[](void* memory, std::size_t) noexcept { uncounted(memory); }

int main(int argc, char** argv) {
  const auto in_ms = [](benchmark::internal::Benchmark* bench) { bench->Unit(benchmark::kMillisecond); };
  for (const char* set : {"imagenet_lt", "inaturalist18", "100_million"}) {
    for (const auto& entry : config::enum_entries<config::SamplingKind>()) {
      const std::string name = std::string("draw/") + set + "/" + std::string(entry.name);
      in_ms(benchmark::RegisterBenchmark(name.c_str(), draw_an_epoch, set, entry.value,
                                         sampling::SamplingScheme::exact));
    }
  }
  for (const auto& entry : config::enum_entries<config::SamplingKind>()) {
    const std::string name = "make/inaturalist18/" + std::string(entry.name);
    in_ms(benchmark::RegisterBenchmark(name.c_str(), make_an_epoch, "inaturalist18", entry.value,
                                       sampling::SamplingScheme::exact));
  }
  using enum sampling::SamplingScheme;
  for (const auto& [name, kind, scheme] :
       {std::tuple{"with_replacement", config::SamplingKind::square_root, independent},
        {"independent_classes", config::SamplingKind::progressively_balanced, independent_class},
        {"class_cycling", config::SamplingKind::class_balanced, class_cycling}}) {
    const std::string draw = std::string("draw/imagenet_lt/") + name;
    in_ms(benchmark::RegisterBenchmark(draw.c_str(), draw_an_epoch, "imagenet_lt", kind, scheme));
    const std::string make = std::string("make/inaturalist18/") + name;
    in_ms(benchmark::RegisterBenchmark(make.c_str(), make_an_epoch, "inaturalist18", kind, scheme));
  }
  in_ms(benchmark::RegisterBenchmark("peer/imagenet_lt/shuffle_a_list", shuffle_a_list));
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
