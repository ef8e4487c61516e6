// SPDX-License-Identifier: Apache-2.0
#include "sampling/inspect.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>

#include "base/hash.hpp"
#include "sampling/class_weights.hpp"

namespace ltr::sampling {
namespace {

std::array<std::byte, 8> little_endian(std::int64_t value) {
  std::array<std::byte, 8> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xff);
  }
  return bytes;
}

void add_uses(const EpochDraws& draws, std::span<std::int64_t> uses) {
  for (std::int64_t k = 0; k < draws.size(); ++k) ++uses[static_cast<std::size_t>(draws.sample(k).value())];
}

std::vector<std::int64_t> class_totals(const EpochDraws& draws, std::size_t classes) {
  std::vector<std::int64_t> totals(classes, 0);
  for (std::int64_t k = 0; k < draws.size(); ++k) {
    ++totals[static_cast<std::size_t>(draws.draw(k).class_id.value())];
  }
  return totals;
}

}  // namespace

std::string draws_digest(const EpochDraws& draws) {
  base::Sha256 hash;
  for (std::int64_t k = 0; k < draws.size(); ++k) hash.add(little_endian(draws.sample(k).value()));
  return hash.hex();
}

DrawSummary inspect_draws(const DrawOptions& options, std::span<const std::int64_t> class_counts,
                          std::int64_t epoch) {
  const EpochDraws draws(options, class_counts, epoch);
  DrawSummary summary;
  summary.probabilities = class_probabilities(options.kind, class_counts, epoch, options.epochs);
  summary.quotas.assign(draws.quotas().begin(), draws.quotas().end());
  summary.drawn = class_totals(draws, class_counts.size());
  summary.quotas_met = summary.drawn == summary.quotas;
  summary.digest = draws_digest(draws);

  const std::int64_t images = std::accumulate(class_counts.begin(), class_counts.end(), std::int64_t{0});
  std::vector<std::int64_t> uses(static_cast<std::size_t>(images), 0);
  for (std::int64_t e = 0; e < epoch; ++e) add_uses(EpochDraws(options, class_counts, e), uses);
  add_uses(draws, uses);

  summary.evenly_covered = true;
  auto first = uses.begin();
  for (const std::int64_t n : class_counts) {
    const auto [fewest, most] = std::minmax_element(first, first + n);
    summary.image_use.push_back({*fewest, *most});
    summary.evenly_covered &= *most - *fewest <= 1;
    first += n;
  }
  return summary;
}

}  // namespace ltr::sampling
