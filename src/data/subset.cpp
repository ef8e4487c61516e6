// SPDX-License-Identifier: Apache-2.0
#include "data/subset.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/random.hpp"
#include "data/class_names.hpp"

namespace ltr::data {
namespace {

/// The first `chosen` of 0..size-1 in an order that the random numbers give.
std::vector<std::size_t> choose(std::size_t size, std::size_t chosen, base::CounterRandom random) {
  std::vector<std::size_t> order(size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = 0; i < chosen; ++i) std::swap(order[i], order[i + random.below(size - i)]);
  order.resize(chosen);
  return order;
}

void require_enough(const ImageList& list, std::span<const std::int64_t> available,
                    std::span<const std::int64_t> counts) {
  if (available.size() != counts.size()) {
    throw base::ConfigError(
        base::format("{} counts for the {} classes of '{}'; every class needs one; give one "
                     "integer a line in label order",
                     counts.size(), available.size(), list.file));
  }
  std::size_t worst = 0;
  std::int64_t lacking = 0;
  for (std::size_t j = 0; j < counts.size(); ++j) {
    lacking += counts[j] > available[j] ? 1 : 0;
    if (counts[j] - available[j] > counts[worst] - available[worst]) worst = j;
  }
  if (lacking == 0) return;
  throw base::ConfigError(base::format(
      "'{}' has {} images of class {} ('{}'), {} are asked for, and {} of {} classes have too few; the tail "
      "would not have the asked shape; ask for fewer, or deal the counts by --order size",
      list.file, available[worst], worst, shown(class_names_of(list)[worst]), counts[worst], lacking,
      counts.size()));
}

}  // namespace

std::vector<std::int64_t> count_images(const ImageList& list) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(list.classes), 0);
  for (const PackEntry& entry : list.entries) ++counts[static_cast<std::size_t>(entry.label.value())];
  return counts;
}

std::vector<std::int64_t> deal_counts(const ImageList& list, std::vector<std::int64_t> counts,
                                      ClassOrder order, std::uint64_t seed) {
  std::vector<std::size_t> classes(counts.size());
  std::iota(classes.begin(), classes.end(), std::size_t{0});
  if (order == ClassOrder::size) {
    const std::vector<std::int64_t> available = count_images(list);
    std::ranges::stable_sort(classes,
                             [&](std::size_t a, std::size_t b) { return available[a] > available[b]; });
  } else if (order == ClassOrder::random) {
    // `b` is 1 where cut_subset's sequences have 0: the same seed deals and chooses independently.
    classes = choose(counts.size(), counts.size(), base::CounterRandom(seed, base::Stream::subset, 0, 1));
  }
  std::vector<std::int64_t> dealt(counts.size());
  for (std::size_t place = 0; place < counts.size(); ++place) dealt[classes[place]] = counts[place];
  return dealt;
}

std::vector<PackEntry> cut_subset(const ImageList& list, std::span<const std::int64_t> counts,
                                  std::uint64_t seed) {
  require_enough(list, count_images(list), counts);
  std::vector<std::vector<std::size_t>> entries_of(counts.size());
  for (std::size_t i = 0; i < list.entries.size(); ++i) {
    entries_of[static_cast<std::size_t>(list.entries[i].label.value())].push_back(i);
  }
  std::vector<bool> kept(list.entries.size(), false);
  for (std::size_t j = 0; j < counts.size(); ++j) {
    const base::CounterRandom random(seed, base::Stream::subset, j);
    for (const std::size_t i : choose(entries_of[j].size(), static_cast<std::size_t>(counts[j]), random)) {
      kept[entries_of[j][i]] = true;
    }
  }
  std::vector<PackEntry> subset;
  for (std::size_t i = 0; i < list.entries.size(); ++i) {
    if (kept[i]) subset.push_back(list.entries[i]);
  }
  return subset;
}

}  // namespace ltr::data
