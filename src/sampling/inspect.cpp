// SPDX-License-Identifier: Apache-2.0
#include "sampling/inspect.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "sampling/class_weights.hpp"
#include "sampling/draw_statistics.hpp"

namespace ltr::sampling {
DrawSummary inspect_draws(const DrawOptions& options, std::span<const std::int64_t> class_counts,
                          std::int64_t epoch) {
  DrawSequence sequence(options, class_counts);
  const std::int64_t images = std::accumulate(class_counts.begin(), class_counts.end(), std::int64_t{0});
  std::vector<std::int64_t> uses(static_cast<std::size_t>(images), 0);
  for (std::int64_t e = 0; e < epoch; ++e) {
    const EpochDraws draws = sequence.next();
    for (std::int64_t k = 0; k < draws.size(); ++k) ++uses[static_cast<std::size_t>(draws.sample(k).value())];
  }

  const EpochDraws draws = sequence.next();
  DrawSummary summary;
  summary.probabilities = class_probabilities(options.kind, class_counts, epoch, options.epochs);
  summary.quotas.assign(draws.quotas().begin(), draws.quotas().end());
  summary.drawn.assign(class_counts.size(), 0);
  std::vector<std::int64_t> positions;
  for (std::int64_t k = 0; k < draws.size(); ++k) {
    ++summary.drawn[static_cast<std::size_t>(draws.draw(k).class_id.value())];
    positions.push_back(draws.sample(k).value());
    ++uses[static_cast<std::size_t>(positions.back())];
  }
  summary.quotas_met = summary.drawn == summary.quotas;
  summary.digest = draws_digest(positions);

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
