// SPDX-License-Identifier: Apache-2.0
#include "data/statistics.hpp"

#include <algorithm>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "config/public_sets.hpp"
#include "image/chroma.hpp"

namespace ltr::data {

namespace {

void look_at_chroma(const Pack& pack, PackStatistics& result) {
  result.chroma_images = std::min(pack.images(), kChromaImages);
  std::vector<std::byte> buffer;
  for (std::int64_t i = 0; i < result.chroma_images; ++i) {
    const base::SampleIndex sample(i * pack.images() / result.chroma_images);
    ++result.chroma[image::chroma_of(pack.read(sample, buffer))];
  }
}

/// "4:2:0 900, grayscale 100 (of 1,000 looked at)".
std::string chroma_text(const PackStatistics& statistics) {
  std::vector<std::string> parts;
  for (const auto& [chroma, images] : statistics.chroma) {
    parts.push_back(base::format("{} {}", chroma, base::with_thousands(images)));
  }
  const bool all = statistics.chroma_images == statistics.images;
  return base::join(parts, ", ") +
         (all ? "" : base::format(" (of {} looked at)", base::with_thousands(statistics.chroma_images)));
}

std::string list_line(const Pack& pack) {
  if (pack.list_hash().empty()) return "none, drawn";
  const std::string hash = base::format("git blob {}", pack.list_hash());
  const config::PublicList* known = config::public_list(pack.list_hash());
  if (known == nullptr) return hash;
  if (pack.images() == known->images) return base::format("{}, {} as published", hash, known->name);
  return base::format("{}, {}, but only {} of its {} images: not as published", hash, known->name,
                      base::with_thousands(pack.images()), base::with_thousands(known->images));
}

/// Images that are not there as the list has them; nothing if all are.
std::string damage_lines(const Pack& pack) {
  std::string text;
  if (pack.dropped() > 0) {
    text += base::format("  dropped      {} images of the list, which could not be used\n",
                         base::with_thousands(pack.dropped()));
  }
  if (pack.lenient() > 0) {
    text += base::format("  lenient      {} images are damaged, and taken as PIL takes them\n",
                         base::with_thousands(pack.lenient()));
  }
  return text;
}

}  // namespace

PackStatistics statistics_of(const Pack& pack, const metric::ShotLimits& limits) {
  PackStatistics result;
  result.images = pack.images();
  result.classes = pack.classes();
  result.image_bytes = pack.image_bytes();
  result.smallest_class = pack.images();
  const std::vector<metric::Shot> shots = metric::shots_of(pack.class_counts(), limits);
  for (std::size_t j = 0; j < shots.size(); ++j) {
    const std::int64_t count = pack.class_counts()[j];
    if (count == 0) {
      ++result.empty_classes;
      continue;
    }
    result.largest_class = std::max(result.largest_class, count);
    result.smallest_class = std::min(result.smallest_class, count);
    ++result.shot_classes[static_cast<std::size_t>(shots[j])];
    result.shot_images[static_cast<std::size_t>(shots[j])] += count;
  }
  result.smallest = pack.resolution(base::SampleIndex(0));
  result.largest = result.smallest;
  for (std::int64_t i = 1; i < pack.images(); ++i) {
    const auto [height, width] = pack.resolution(base::SampleIndex(i));
    result.smallest = {std::min(result.smallest.height, height), std::min(result.smallest.width, width)};
    result.largest = {std::max(result.largest.height, height), std::max(result.largest.width, width)};
  }
  look_at_chroma(pack, result);
  return result;
}

std::string describe(const Pack& pack, const PackStatistics& statistics, const metric::ShotLimits& limits) {
  const auto images = static_cast<double>(statistics.images);
  std::string text = base::format("{}: {}\n", base::printable(pack.location()), base::printable(pack.name()));
  text +=
      base::format("  images       {} of {} classes{}\n", base::with_thousands(statistics.images),
                   base::with_thousands(statistics.classes),
                   statistics.empty_classes > 0
                       ? base::format(", {} of them empty", base::with_thousands(statistics.empty_classes))
                       : "");
  text += base::format(
      "  class sizes  {} to {}, imbalance {:.1f}\n", base::with_thousands(statistics.largest_class),
      base::with_thousands(statistics.smallest_class),
      static_cast<double>(statistics.largest_class) / static_cast<double>(statistics.smallest_class));
  const std::array<std::string, 3> rules{base::format("> {}", limits.many_above),
                                         base::format("{}..{}", limits.few_below, limits.many_above),
                                         base::format("< {}", limits.few_below)};
  for (std::size_t s = 0; s < rules.size(); ++s) {
    text += base::format("  {:<12} {} classes, {} images ({} here)\n",
                         metric::name_of(static_cast<metric::Shot>(s)),
                         base::with_thousands(statistics.shot_classes[s]),
                         base::with_thousands(statistics.shot_images[s]), rules[s]);
  }
  text += base::format("  bytes        {}, {} an image\n", base::byte_size(statistics.image_bytes),
                       base::byte_size(static_cast<std::uint64_t>(
                           static_cast<double>(statistics.image_bytes) / images + 0.5)));
  text += base::format("  width        {} to {} pixels\n  height       {} to {} pixels\n",
                       statistics.smallest.width, statistics.largest.width, statistics.smallest.height,
                       statistics.largest.height);
  text += base::format("  chroma       {}\n", chroma_text(statistics));
  text += base::format("  list         {}\n", list_line(pack));
  text += damage_lines(pack);
  text += base::format("  content      sha256 {}\n", pack.content_hash());
  return text;
}

}  // namespace ltr::data
