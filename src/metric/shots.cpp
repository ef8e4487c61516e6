// SPDX-License-Identifier: Apache-2.0
#include "metric/shots.hpp"

#include <algorithm>

namespace ltr::metric {

std::string_view name_of(Shot shot) {
  switch (shot) {
    case Shot::many:
      return "many";
    case Shot::medium:
      return "medium";
    case Shot::few:
      return "few";
  }
  return "?";
}

std::vector<Shot> shots_of(std::span<const std::int64_t> class_counts, const ShotLimits& limits) {
  std::vector<Shot> shots(class_counts.size());
  std::ranges::transform(class_counts, shots.begin(), [&limits](std::int64_t count) {
    if (count > limits.many_above) return Shot::many;
    return count < limits.few_below ? Shot::few : Shot::medium;
  });
  return shots;
}

}  // namespace ltr::metric
