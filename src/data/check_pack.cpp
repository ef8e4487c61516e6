// SPDX-License-Identifier: Apache-2.0
#include "data/check_pack.hpp"

#include <cstddef>

#include "base/error.hpp"
#include "base/format.hpp"
#include "data/parallel_for.hpp"
#include "data/progress_count.hpp"
#include "image/decode.hpp"

namespace ltr::data {
namespace {

/// What is wrong with an image, or "".
std::string problem_of(const Pack& pack, base::SampleIndex sample) {
  thread_local std::vector<std::byte> buffer;
  thread_local image::Decoder decoder;
  thread_local image::Image pixels;
  const auto named = [&](const std::string& what) {
    return base::format("{}: {}", pack.describe(sample), what);
  };
  std::span<const std::byte> encoded;
  try {
    encoded = pack.read(sample, buffer);
  } catch (const base::DataError& error) {
    return error.what();  // names the image already
  }
  try {
    decoder.decode(encoded, pixels);
  } catch (const base::DataError& error) {
    return named(error.what());
  }
  const Resolution stated = pack.resolution(sample);
  if (stated.height == pixels.height && stated.width == pixels.width) return "";
  return named(base::format("is {}x{} pixels, the pack says {}x{}", pixels.width, pixels.height, stated.width,
                            stated.height));
}

}  // namespace

std::vector<std::string> check_pack(const Pack& pack, int threads, base::Log& log) {
  std::vector<std::string> found(static_cast<std::size_t>(pack.images()));
  ProgressCount progress(log, pack.location(), "checked", pack.images());
  parallel_for(pack.images(), threads, [&](std::int64_t i) {
    found[static_cast<std::size_t>(i)] = problem_of(pack, base::SampleIndex(i));
    progress.add_one();
  });
  std::erase(found, "");
  return found;
}

}  // namespace ltr::data
