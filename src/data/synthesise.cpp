// SPDX-License-Identifier: Apache-2.0
#include "data/synthesise.hpp"

#include <array>
#include <deque>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/random.hpp"
#include "data/draw_image.hpp"
#include "data/synthetic_class.hpp"
#include "image/decode.hpp"
#include "store/atomic_file.hpp"

namespace ltr::data {
namespace {

constexpr int kQuality = 90;
constexpr int kSmallestSize = 8;
constexpr int kLargestSize = 4096;
constexpr std::string_view kNameBegins = "synthetic ";

/// One of the three packs; images of different splits come from different counters.
struct Split {
  std::string_view name;
  std::vector<std::int64_t> counts;
  std::uint64_t first_image = 0;
};

[[noreturn]] void refuse_images(std::int64_t images, std::string_view which) {
  throw base::ConfigError(
      base::format("{} images {} cannot be drawn; a pack holds from 1 to {} drawn ones; choose fewer",
                   base::with_thousands(images), which, base::with_thousands(kMostDrawnImages)));
}

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
  for (const std::int64_t count : options.train_counts) {
    if (count < 1 || count > kMostDrawnImages) refuse_images(count, "in one class");
  }
  // Classes and counts are bounded, so that the sum cannot overflow.
  const auto train =
      std::accumulate(options.train_counts.begin(), options.train_counts.end(), std::int64_t{0});
  if (train > kMostDrawnImages) refuse_images(train, "for training");
  for (const std::int64_t each : {options.validation_per_class, options.test_per_class}) {
    if (each > kMostDrawnImages / classes)
      refuse_images(each, base::format("of each of {} classes", classes));
  }
}

/// Throws: DataError if something stands there that no earlier call drew.
void require_replaceable(const std::filesystem::path& output) {
  std::error_code absent;
  if (!std::filesystem::exists(output, absent)) return;
  try {
    if (std::filesystem::is_regular_file(output, absent)) {
      const Pack pack(output);
      if (pack.list_hash().empty() && pack.name().starts_with(kNameBegins)) return;
    }
  } catch (const base::DataError&) {
    // Said below, for this file was not to be read but replaced.
  }
  throw base::DataError(
      base::format("{} is there and was not drawn by this command; it would be lost; choose another "
                   "--output, or move it away",
                   output.string()));
}

/// The folder that packs go to; what it had to create is removed again unless they are kept.
class OutputFolder {
 public:
  explicit OutputFolder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::path made;
    for (const auto& part : folder) {
      made /= part;
      if (std::filesystem::create_directory(made, error)) created_.push_back(made);
      if (error) break;
    }
    if (!error) return;
    remove_created();
    throw base::SystemError(
        base::format("folder '{}' cannot be created ({}); the packs go there; choose another "
                     "--output",
                     folder.string(), error.message()));
  }
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;
  ~OutputFolder() { remove_created(); }
  void keep() { created_.clear(); }

 private:
  void remove_created() {
    std::error_code not_empty;
    for (; !created_.empty(); created_.pop_back()) std::filesystem::remove(created_.back(), not_empty);
  }

  std::vector<std::filesystem::path> created_;
};

PackReport write_split(const store::PendingFile& pending, const std::filesystem::path& output,
                       const Split& split, const SyntheticOptions& options, base::Log& log) {
  const auto classes = static_cast<std::int32_t>(split.counts.size());
  PackContents contents{
      .name = base::format("{}{} of {} classes, seed {}", kNameBegins, split.name, classes, options.seed),
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
  return write_pack(pending, output, std::move(contents), image_of,
                    {.threads = options.threads, .stop = options.stop}, log);
}

}  // namespace

std::vector<SyntheticPack> synthesise(const std::filesystem::path& folder, const SyntheticOptions& options,
                                      base::Log& log) {
  check(options);
  const std::size_t classes = options.train_counts.size();
  const std::array<Split, 3> splits{
      Split{"train", options.train_counts, 0},
      Split{"validation", std::vector<std::int64_t>(classes, options.validation_per_class), 1ULL << 40},
      Split{"test", std::vector<std::int64_t>(classes, options.test_per_class), 2ULL << 40}};
  std::vector<SyntheticPack> packs;
  for (const Split& split : splits) {
    packs.push_back({folder / (std::string(split.name) + ".h5"), {}});
    require_replaceable(packs.back().path);
  }
  OutputFolder output(folder);
  std::deque<store::PendingFile> pending;
  for (const SyntheticPack& pack : packs) pending.emplace_back(pack.path);
  for (std::size_t i = 0; i < packs.size(); ++i) {
    packs[i].report = write_split(pending[i], packs[i].path, splits[i], options, log);
  }
  for (store::PendingFile& file : pending) file.commit();
  output.keep();
  return packs;
}

}  // namespace ltr::data
