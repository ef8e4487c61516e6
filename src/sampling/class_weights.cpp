// SPDX-License-Identifier: Apache-2.0
#include "sampling/class_weights.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <numeric>

#include "base/check.hpp"
#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::sampling {
namespace {

using Wide = unsigned __int128;

// With M below 2^63, M S_j + t then fits 128 bits with room to spare.
constexpr Wide kLargestTotal = Wide{1} << 62;

void check_class_counts(std::span<const std::int64_t> class_counts) {
  if (class_counts.empty()) {
    throw base::DataError(
        "The training set has no classes; nothing can be drawn from it. Give a list with at least one "
        "image.");
  }
  for (std::size_t j = 0; j < class_counts.size(); ++j) {
    if (class_counts[j] >= 1) continue;
    throw base::DataError(base::format(
        "Class {} has {} training images; a class without images cannot be drawn. Give it at least one "
        "image, or number the classes without it.",
        j, class_counts[j]));
  }
}

void check_epoch(std::int64_t epoch, std::int64_t epochs) {
  if (epoch >= 0 && epoch < epochs) return;
  throw base::ConfigError(base::format(
      "Epoch {} of {} was asked for; class weights are defined for epochs 0 to {} only. Ask for one of "
      "these, or set more epochs.",
      epoch, epochs, epochs - 1));
}

void check_total(Wide total, std::size_t classes, std::int64_t epochs) {
  if (total < kLargestTotal) return;
  throw base::ConfigError(base::format(
      "The weights of {} classes over {} epochs add to 2^62 or more; quotas could not be computed exactly. "
      "Use fewer epochs, or another sampling.",
      classes, epochs));
}

/// round(2^32 sqrt n). The floating-point root is only a first guess, so all machines agree on the last bit.
std::uint64_t scaled_root(std::int64_t n) {
  const Wide square = Wide(n) << 64;
  auto root = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(n)) * 0x1.0p32);
  while (Wide{root} * root > square) --root;
  while (Wide{root + 1} * (root + 1) <= square) ++root;
  const bool up = square - Wide{root} * root > root;  // beyond (root + 1/2)^2
  return up ? root + 1 : root;
}

/// What a weight may depend on besides the class's own images n.
struct Epoch {
  Wide images = 0;          ///< N
  std::size_t classes = 0;  ///< K
  std::int64_t epoch = 0;
  std::int64_t epochs = 1;
};

Wide instance_balanced(std::int64_t n, const Epoch& /*at*/) { return Wide(n); }

Wide class_balanced(std::int64_t /*n*/, const Epoch& /*at*/) { return 1; }

Wide square_root(std::int64_t n, const Epoch& /*at*/) { return scaled_root(n); }

Wide progressively_balanced(std::int64_t n, const Epoch& at) {
  const Wide instance_share = at.epochs == 1 ? 1 : Wide(at.epochs - 1 - at.epoch) * at.classes;
  return instance_share * Wide(n) + Wide(at.epoch) * at.images;
}

/// As large as K weights may be, so that their quotients are exact enough: 1e-9 at a million images a class.
Wide reversed(std::int64_t n, const Epoch& at) {
  const Wide whole = (kLargestTotal >> 1) / at.classes;
  return std::max<Wide>(1, (whole + Wide(n) / 2) / Wide(n));
}

/// Every sampling's weight of a class.
struct Weight {
  config::SamplingKind kind;
  Wide (*of)(std::int64_t n, const Epoch& at);
};
constexpr Weight kWeights[] = {
    {config::SamplingKind::instance_balanced, instance_balanced},
    {config::SamplingKind::class_balanced, class_balanced},
    {config::SamplingKind::square_root, square_root},
    {config::SamplingKind::progressively_balanced, progressively_balanced},
    {config::SamplingKind::reversed, reversed},
};

}  // namespace

std::vector<std::uint64_t> class_weights(config::SamplingKind kind,
                                         std::span<const std::int64_t> class_counts, std::int64_t epoch,
                                         std::int64_t epochs) {
  check_class_counts(class_counts);
  check_epoch(epoch, epochs);
  const std::size_t classes = class_counts.size();
  const Wide images = std::accumulate(class_counts.begin(), class_counts.end(), Wide{0});
  check_total(images * classes, classes, epochs);  // keeps the products below within 128 bits
  const auto sampling = std::ranges::find(kWeights, kind, &Weight::kind);
  LTR_EXPECT(sampling != std::end(kWeights));
  const Epoch at{images, classes, epoch, epochs};

  std::vector<std::uint64_t> weights;
  weights.reserve(classes);
  Wide total = 0;
  for (const std::int64_t n : class_counts) {
    const Wide weight = sampling->of(n, at);
    total += weight;
    check_total(total, classes, epochs);
    weights.push_back(static_cast<std::uint64_t>(weight));
  }
  return weights;
}

std::vector<double> class_probabilities(config::SamplingKind kind, std::span<const std::int64_t> class_counts,
                                        std::int64_t epoch, std::int64_t epochs) {
  const std::vector<std::uint64_t> weights = class_weights(kind, class_counts, epoch, epochs);
  const auto total = static_cast<double>(std::accumulate(weights.begin(), weights.end(), std::uint64_t{0}));
  std::vector<double> probabilities;
  probabilities.reserve(weights.size());
  for (const std::uint64_t weight : weights) probabilities.push_back(static_cast<double>(weight) / total);
  return probabilities;
}

}  // namespace ltr::sampling
