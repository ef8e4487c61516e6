// SPDX-License-Identifier: Apache-2.0
// Images a second on one core, from encoded bytes in memory to a network's input: LTR_BENCH_IMAGES is a
// folder of JPEGs. Every benchmark compares what it computes with the same made of wholly decoded images.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "image/transform.hpp"

namespace {

using namespace ltr;

struct EncodedImage {
  std::vector<std::byte> bytes;
  int height = 0;
  int width = 0;
};

std::vector<EncodedImage> read_folder(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".JPEG" || extension == ".jpg" || extension == ".jpeg") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<EncodedImage> images;
  image::Decoder decoder;
  image::Image scratch;
  for (const std::filesystem::path& file : files) {
    std::ifstream stream(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    const auto bytes = std::as_bytes(std::span(text));
    EncodedImage& image = images.emplace_back();
    image.bytes.assign(bytes.begin(), bytes.end());
    const image::ImageSummary summary = decoder.verify(image.bytes, scratch);
    image.height = summary.height;
    image.width = summary.width;
  }
  return images;
}

const std::vector<EncodedImage>& images() {
  static const std::vector<EncodedImage> all = [] {
    const char* folder = std::getenv("LTR_BENCH_IMAGES");
    return folder == nullptr ? std::vector<EncodedImage>() : read_folder(folder);
  }();
  return all;
}

enum class Use { random_resized, random_resized_64, scaled_decode_64, evaluation, pad_and_crop };

image::TransformOptions options_for(Use use) {
  image::TransformOptions options;
  options.color_jitter = {0, 0, 0};
  options.mean = {0.485F, 0.456F, 0.406F};
  options.std = {0.229F, 0.224F, 0.225F};
  if (use == Use::pad_and_crop) {
    options.size = 32;
    options.train_crop = image::CropKind::pad_and_crop;
    options.evaluation_resize = 32;
  }
  if (use == Use::random_resized_64 || use == Use::scaled_decode_64) options.size = 64;
  options.scaled_decode = use == Use::scaled_decode_64;
  return options;
}

image::View view_of(Use use, const image::TransformOptions& options, std::int64_t draw,
                    const EncodedImage& image) {
  if (use == Use::evaluation) return image::evaluation_view(options, image.height, image.width);
  image::View view = image::training_view(options, {1, 0, draw}, image.height, image.width);
  if (options.scaled_decode) view.resampling.shrink = image::allowed_shrink(view.resampling);
  return view;
}

/// Whether partly decoded images give the numbers that wholly decoded ones give.
template <class Number>
bool agrees_with_whole_images(Use use, const image::TransformOptions& options) {
  image::Decoder decoder;
  image::Image part;
  image::Image whole;
  image::RenderBuffers buffers;
  std::vector<Number> out(std::size_t{3} * options.size * options.size);
  std::vector<Number> expected(out.size());
  for (std::size_t i = 0; i < images().size(); ++i) {
    const EncodedImage& image = images()[i];
    const image::View view = view_of(use, options, static_cast<std::int64_t>(i), image);
    const int shrink = view.resampling.shrink;
    decoder.decode_part(image.bytes, image::needed_box(view.resampling), part, shrink);
    image::render(options, view, part, buffers, std::span(out));
    const image::Box all{0, 0, (image.height + shrink - 1) / shrink, (image.width + shrink - 1) / shrink};
    decoder.decode_part(image.bytes, all, whole, shrink);
    image::render(options, view, whole, buffers, std::span(expected));
    if (out != expected) return false;
  }
  return true;
}

template <class Number>
void make_input(benchmark::State& state, Use use) {
  if (images().empty()) {
    state.SkipWithError("set LTR_BENCH_IMAGES to a folder of JPEGs");
    return;
  }
  const image::TransformOptions options = options_for(use);
  if (!agrees_with_whole_images<Number>(use, options)) {
    state.SkipWithError("partly decoded images give another input than wholly decoded ones");
    return;
  }
  image::Decoder decoder;
  image::Image part;
  image::RenderBuffers buffers;
  std::vector<Number> out(std::size_t{3} * options.size * options.size);
  std::int64_t draw = 0;
  for (auto _ : state) {
    for (const EncodedImage& image : images()) {
      const image::View view = view_of(use, options, draw++, image);
      decoder.decode_part(image.bytes, image::needed_box(view.resampling), part, view.resampling.shrink);
      image::render(options, view, part, buffers, std::span(out));
      benchmark::DoNotOptimize(out.data());
    }
  }
  state.SetItemsProcessed(state.iterations() * std::ssize(images()));
}

void decode_whole(benchmark::State& state) {
  if (images().empty()) {
    state.SkipWithError("set LTR_BENCH_IMAGES to a folder of JPEGs");
    return;
  }
  image::Decoder decoder;
  image::Image whole;
  for (auto _ : state) {
    for (const EncodedImage& image : images()) {
      decoder.decode(image.bytes, whole);
      benchmark::DoNotOptimize(whole.pixels.data());
    }
  }
  state.SetItemsProcessed(state.iterations() * std::ssize(images()));
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::RegisterBenchmark("decode_whole", decode_whole);
  benchmark::RegisterBenchmark("random_resized_crop_224_uint8", make_input<std::uint8_t>,
                               Use::random_resized);
  benchmark::RegisterBenchmark("random_resized_crop_224_float32", make_input<float>, Use::random_resized);
  benchmark::RegisterBenchmark("random_resized_crop_64_uint8", make_input<std::uint8_t>,
                               Use::random_resized_64);
  benchmark::RegisterBenchmark("random_resized_crop_64_uint8_scaled_decode", make_input<std::uint8_t>,
                               Use::scaled_decode_64);
  benchmark::RegisterBenchmark("evaluation_224_float32", make_input<float>, Use::evaluation);
  benchmark::RegisterBenchmark("pad_and_crop_32_float32", make_input<float>, Use::pad_and_crop);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
