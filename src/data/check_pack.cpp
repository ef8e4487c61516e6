// SPDX-License-Identifier: Apache-2.0
#include "data/check_pack.hpp"

#include <atomic>
#include <cstddef>

#include "base/error.hpp"
#include "base/format.hpp"
#include "data/parallel_for.hpp"
#include "image/decode.hpp"

namespace ltr::data {
namespace {

/// What is wrong with an image, or "".
std::string problem_of(const Pack& pack, base::SampleIndex sample) {
  thread_local std::vector<std::byte> buffer;
  thread_local image::Image pixels;
  const auto named = [&](const std::string& what) {
    return base::format("pack '{}', image {} ('{}'): {}", pack.path().string(), sample,
                        pack.image_path(sample), what);
  };
  std::span<const std::byte> encoded;
  try {
    encoded = pack.read(sample, buffer);
  } catch (const base::DataError& error) {
    return error.what();  // names the image already
  }
  try {
    image::decode_into(encoded, pixels);
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
  std::atomic<std::int64_t> finished{0};
  parallel_for(pack.images(), threads, [&](std::int64_t i) {
    found[static_cast<std::size_t>(i)] = problem_of(pack, base::SampleIndex(i));
    if (const std::int64_t done = ++finished; done % 1024 == 0) {
      log.progress(base::format("{}: {} of {} images checked", pack.path().string(),
                                base::with_thousands(done), base::with_thousands(pack.images())));
    }
  });
  std::erase(found, "");
  return found;
}

}  // namespace ltr::data
