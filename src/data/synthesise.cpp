// SPDX-License-Identifier: Apache-2.0
#include "data/synthesise.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/random.hpp"
#include "data/draw_image.hpp"
#include "data/synthetic_class.hpp"
#include "image/decode.hpp"

namespace ltr::data {
namespace {

constexpr int kQuality = 90;
constexpr int kSmallestSize = 8;
constexpr int kLargestSize = 4096;

/// One of the three packs; images of different splits come from different counters.
struct Split {
  std::string_view name;
  std::vector<std::int64_t> counts;
  std::uint64_t first_image = 0;
};

void check(const SyntheticOptions& options) {
  const std::int64_t classes = std::ssize(options.train_counts);
  if (classes < 1 || classes > kMostSyntheticClasses) {
    throw base::ConfigError(base::format("{} classes; the synthetic set has looks for {}; choose 1..{}",
                                         classes, kMostSyntheticClasses, kMostSyntheticClasses));
  }
  if (options.validation_per_class < 1 || options.test_per_class < 1) {
    throw base::ConfigError(
        base::format("{} validation and {} test images a class; accuracy needs some of both; choose "
                     "1 or more",
                     options.validation_per_class, options.test_per_class));
  }
  if (options.size < kSmallestSize || options.size > kLargestSize) {
    throw base::ConfigError(base::format("images of {} pixels a side cannot be drawn; choose {}..{}",
                                         options.size, kSmallestSize, kLargestSize));
  }
}

PackReport write_split(const std::filesystem::path& output, const Split& split,
                       const SyntheticOptions& options, base::Log& log) {
  const auto classes = static_cast<std::int32_t>(split.counts.size());
  PackContents contents{
      .name = base::format("synthetic {} of {} classes, seed {}", split.name, classes, options.seed),
      .list = "",
      .list_hash = "",
      .class_names = {},
      .entries = {}};
  for (std::int32_t j = 0; j < classes; ++j) {
    contents.class_names.push_back(name_of(synthetic_class(j, classes)));
    for (std::int64_t i = 0; i < split.counts[static_cast<std::size_t>(j)]; ++i) {
      contents.entries.push_back(
          {base::ClassId(j), base::format("{}/{}/{:06}.jpg", split.name, contents.class_names.back(), i), i});
    }
  }
  const auto image_of = [&](const PackEntry& entry, std::vector<std::byte>& bytes) {
    base::CounterRandom random(options.seed, base::Stream::synthesis,
                               static_cast<std::uint64_t>(entry.label.value()),
                               split.first_image + static_cast<std::uint64_t>(entry.number));
    bytes = image::encode_jpeg(
        draw_image(synthetic_class(entry.label.value(), classes), options.size, random), kQuality);
  };
  return write_pack(output, std::move(contents), image_of, {.threads = options.threads, .stop = options.stop},
                    log);
}

}  // namespace

std::vector<SyntheticPack> synthesise(const std::filesystem::path& folder, const SyntheticOptions& options,
                                      base::Log& log) {
  check(options);
  std::error_code error;
  const bool folder_is_new = std::filesystem::create_directories(folder, error);
  if (error) {
    throw base::SystemError(
        base::format("folder '{}' cannot be created ({}); the packs go there; choose another "
                     "--output",
                     folder.string(), error.message()));
  }
  const std::size_t classes = options.train_counts.size();
  const std::array<Split, 3> splits{
      Split{"train", options.train_counts, 0},
      Split{"validation", std::vector<std::int64_t>(classes, options.validation_per_class), 1ULL << 40},
      Split{"test", std::vector<std::int64_t>(classes, options.test_per_class), 2ULL << 40}};
  std::vector<SyntheticPack> packs;
  try {
    for (const Split& split : splits) {
      const std::filesystem::path path = folder / (std::string(split.name) + ".h5");
      packs.push_back({path, write_split(path, split, options, log)});
    }
  } catch (...) {
    for (const SyntheticPack& pack : packs) std::filesystem::remove(pack.path, error);
    if (folder_is_new) std::filesystem::remove(folder, error);
    throw;
  }
  return packs;
}

}  // namespace ltr::data
