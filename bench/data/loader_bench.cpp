// SPDX-License-Identifier: Apache-2.0
// The loader on a pack: images a second by decoding threads, the time to the first batch, and memory over
// twenty epochs. LTR_BENCH_PACK is a pack of JPEGs. Every benchmark compares a batch of each epoch with the
// same images decoded whole.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include "base/stopwatch.hpp"
#include "data/loader.hpp"

namespace {

using namespace ltr;

constexpr std::int64_t kBatch = 64;

image::TransformOptions transform() {
  image::TransformOptions options;
  options.color_jitter = {0, 0, 0};
  options.mean = {0.485F, 0.456F, 0.406F};
  options.std = {0.229F, 0.224F, 0.225F};
  return options;
}

const data::Pack* pack() {
  static const std::optional<data::Pack> opened = []() -> std::optional<data::Pack> {
    const char* path = std::getenv("LTR_BENCH_PACK");
    if (path == nullptr) return std::nullopt;
    return data::Pack(path);
  }();
  return opened ? &*opened : nullptr;
}

/// All images again and again, in an order that jumps about the file.
data::ItemsOf items_of_epoch(std::int64_t epoch) {
  return [epoch](std::int64_t batch, std::vector<data::LoaderItem>& items) {
    constexpr std::int64_t kJump = 7919;
    for (std::int64_t draw = batch * kBatch; draw < (batch + 1) * kBatch; ++draw) {
      items.push_back({base::SampleIndex(draw * kJump % pack()->images()), {1, epoch, draw}});
    }
  };
}

std::int64_t batches() { return (pack()->images() + kBatch - 1) / kBatch; }

data::LoaderOptions options_for(int threads) {
  data::LoaderOptions options;
  options.pixels = data::PixelKind::uint8;
  options.transform = transform();
  options.threads = threads;
  return options;
}

bool is_that_of_whole_images(const data::Batch& batch, std::int64_t epoch) {
  std::vector<data::LoaderItem> items;
  items_of_epoch(epoch)(batch.index, items);
  std::vector<std::byte> encoded;
  image::RenderBuffers buffers;
  const auto size = static_cast<std::size_t>(transform().size);
  std::vector<std::uint8_t> expected(3 * size * size);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const image::Image whole = image::decode(pack()->read(items[i].sample, encoded));
    const image::View view =
        image::training_view(transform(), items[i].augmentation, whole.height, whole.width);
    image::render(transform(), view, whole, buffers, std::span(expected));
    if (!std::equal(expected.begin(), expected.end(), batch.uint8_pixels.begin() + i * expected.size()))
      return false;
  }
  return true;
}

/// False, with the reason told, if there is no pack or a batch is wrong.
bool ready(benchmark::State& state, int threads) {
  if (pack() == nullptr) {
    state.SkipWithError("set LTR_BENCH_PACK to a pack of JPEGs");
    return false;
  }
  data::Loader loader(*pack(), options_for(threads), 1, items_of_epoch(0));
  if (is_that_of_whole_images(loader.next(), 0)) return true;
  state.SkipWithError("the loader gives other pixels than wholly decoded images");
  return false;
}

void load_epochs(benchmark::State& state) {
  const int threads = static_cast<int>(state.range(0));
  if (!ready(state, threads)) return;
  const std::int64_t loaded = 10 * batches();  // so many that starting and ending hardly count
  data::LoaderTimes times;
  std::int64_t epoch = 0;
  for (auto _ : state) {
    data::Loader loader(*pack(), options_for(threads), loaded, items_of_epoch(epoch++));
    for (std::int64_t b = 0; b < loaded; ++b) benchmark::DoNotOptimize(loader.next().uint8_pixels.data());
    times += loader.times();
  }
  const auto images = static_cast<double>(state.iterations() * loaded * kBatch);
  state.SetItemsProcessed(static_cast<std::int64_t>(images));
  state.counters["read_us"] = 1e6 * times.read_s / images;
  state.counters["decode_us"] = 1e6 * times.decode_s / images;
  state.counters["resample_us"] = 1e6 * times.resample_s / images;
}

/// From the pack's name to a batch in hand.
void first_batch(benchmark::State& state) {
  if (!ready(state, 1)) return;
  for (auto _ : state) {
    const data::Pack opened(std::getenv("LTR_BENCH_PACK"));
    data::Loader loader(opened, options_for(2), 1, items_of_epoch(0));
    benchmark::DoNotOptimize(loader.next().uint8_pixels.data());
  }
}

double resident_mib() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t whole = 0;
  std::int64_t resident = 0;
  statm >> whole >> resident;
  return static_cast<double>(resident * sysconf(_SC_PAGESIZE)) / (1 << 20);
}

void twenty_epochs(benchmark::State& state) {
  if (!ready(state, 2)) return;
  for (auto _ : state) {
    for (std::int64_t epoch = 1; epoch <= 20; ++epoch) {
      data::Loader loader(*pack(), options_for(2), batches(), items_of_epoch(epoch));
      for (std::int64_t b = 0; b < batches(); ++b)
        benchmark::DoNotOptimize(loader.next().uint8_pixels.data());
      if (epoch == 2) state.counters["epoch_2_MiB"] = resident_mib();
    }
    state.counters["epoch_20_MiB"] = resident_mib();
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto in_ms = [](benchmark::internal::Benchmark* bench) {
    return bench->Unit(benchmark::kMillisecond)->UseRealTime();
  };
  in_ms(benchmark::RegisterBenchmark("load_epochs/threads", load_epochs))->Arg(1)->Arg(2);
  in_ms(benchmark::RegisterBenchmark("first_batch", first_batch));
  in_ms(benchmark::RegisterBenchmark("twenty_epochs", twenty_epochs))->Iterations(1);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
