// SPDX-License-Identifier: Apache-2.0
#include "data/identical.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/format.hpp"
#include "base/printable.hpp"

namespace ltr::data {
namespace {

/// An image of one of the packs; ordered so that those which may be identical lie together.
struct Candidate {
  std::uint32_t crc32 = 0;
  std::uint64_t bytes = 0;
  std::size_t pack = 0;
  std::int64_t sample = 0;

  auto operator<=>(const Candidate&) const = default;
  [[nodiscard]] bool may_equal(const Candidate& other) const {
    return crc32 == other.crc32 && bytes == other.bytes;
  }
};

std::vector<Candidate> all_images(std::span<const Pack> packs) {
  std::vector<Candidate> all;
  for (std::size_t p = 0; p < packs.size(); ++p) {
    for (std::int64_t i = 0; i < packs[p].images(); ++i) {
      const base::SampleIndex sample(i);
      all.push_back({packs[p].image_crc32(sample), packs[p].image_size_bytes(sample), p, i});
    }
  }
  std::ranges::sort(all);
  return all;
}

using Found = std::map<std::pair<std::size_t, std::size_t>, IdenticalImages>;

/// Counts `image` once for each pack that holds an equal one before it in `equals`.
void count_image(std::span<const Pack> packs, std::span<const Candidate> equals, const Candidate& image,
                 Found& found) {
  const auto class_of = [&](const Candidate& c) { return packs[c.pack].label(base::SampleIndex(c.sample)); };
  const auto path_of = [&](const Candidate& c) {
    return packs[c.pack].image_path(base::SampleIndex(c.sample));
  };
  for (std::size_t i = 0; i < equals.size();) {
    const std::size_t pack = equals[i].pack;
    IdenticalImages& pair = found[{pack, image.pack}];
    if (pair.images++ == 0) {
      pair.first = pack;
      pair.second = image.pack;
      pair.example_first = path_of(equals[i]);
      pair.example_second = path_of(image);
    }
    bool same_class = false;
    for (; i < equals.size() && equals[i].pack == pack; ++i) {
      same_class = same_class || class_of(equals[i]) == class_of(image);
    }
    pair.other_class += same_class ? 0 : 1;
  }
}

/// Images of one CRC-32 and size, in the order of their packs: told apart by their bytes.
void compare(std::span<const Pack> packs, std::span<const Candidate> candidates, Found& found) {
  struct Distinct {
    std::vector<std::byte> bytes;
    std::vector<Candidate> images;
  };
  std::vector<Distinct> distinct;
  std::vector<std::byte> buffer;
  for (const Candidate& image : candidates) {
    const auto bytes = packs[image.pack].read(base::SampleIndex(image.sample), buffer);
    const auto same = std::ranges::find_if(
        distinct, [&](const Distinct& other) { return std::ranges::equal(other.bytes, bytes); });
    if (same == distinct.end()) {
      distinct.push_back({{bytes.begin(), bytes.end()}, {image}});
      continue;
    }
    count_image(packs, same->images, image, found);
    same->images.push_back(image);
  }
}

}  // namespace

std::vector<IdenticalImages> find_identical(std::span<const Pack> packs) {
  const std::vector<Candidate> all = all_images(packs);
  Found found;
  for (std::size_t begin = 0; begin < all.size();) {
    std::size_t end = begin + 1;
    while (end < all.size() && all[end].may_equal(all[begin])) ++end;
    if (end - begin > 1) compare(packs, std::span(all).subspan(begin, end - begin), found);
    begin = end;
  }
  std::vector<IdenticalImages> pairs;
  for (const auto& [key, pair] : found) pairs.push_back(pair);
  return pairs;
}

std::string describe(std::span<const Pack> packs, std::span<const IdenticalImages> found) {
  if (found.empty()) return "identical images: none\n";
  std::string text = "identical images:\n";
  for (const IdenticalImages& pair : found) {
    const std::string where =
        pair.first == pair.second
            ? base::format("of {} are in it already", packs[pair.first].location())
            : base::format("of {} are in {}", packs[pair.second].location(), packs[pair.first].location());
    text += base::format("  {} {}, e.g. '{}' = '{}'{}\n", base::with_thousands(pair.images), where,
                         base::printable(pair.example_first), base::printable(pair.example_second),
                         pair.other_class == 0 ? ""
                                               : base::format("; {} of them in another class",
                                                              base::with_thousands(pair.other_class)));
  }
  return text;
}

}  // namespace ltr::data
