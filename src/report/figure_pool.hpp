// SPDX-License-Identifier: Apache-2.0
// What the records hold, sorted by sampling and strategy for the figures; for the sources of this room only.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/enums.hpp"
#include "metric/shots.hpp"
#include "record/record.hpp"
#include "report/figure.hpp"

namespace ltr::report {

/// The complete cells of one sampling and strategy, one a seed.
struct Strategy {
  config::SamplingKind sampling = config::SamplingKind::instance_balanced;
  config::LearningKind learning = config::LearningKind::joint;
  std::vector<const record::CellRecord*> cells;
};

/// The stage 1s of one sampling, one a seed.
struct Stage1s {
  config::SamplingKind sampling = config::SamplingKind::instance_balanced;
  std::vector<const record::Stage1Record*> seeds;
};

/// Refers to the records it was made of.
struct Pool {
  std::string subject;  ///< data set and backbone, for titles
  std::size_t seeds = 0;
  std::vector<std::int64_t> class_counts;
  std::vector<std::string> class_names;
  std::vector<std::size_t> by_count;  ///< [K] classes, most training images first
  std::vector<metric::Shot> shots;    ///< [K]
  metric::ShotLimits limits;
  bool tau_chosen_on_test = false;   ///< in any record
  std::vector<Strategy> strategies;  ///< in the order of the enumerators
  std::vector<Stage1s> stage_1;      ///< likewise
};

/// Some of the records that were read.
using Runs = std::vector<const record::RunRecord*>;
[[nodiscard]] Runs all_of(const std::vector<record::RunRecord>& runs);

/// Records that check_alike allows, at least one. A seed that several of them hold is the first one's.
[[nodiscard]] Pool pool_of(const Runs& runs);

/// The samplings that have a complete cell, in the order of the enumerators.
[[nodiscard]] std::vector<config::SamplingKind> samplings_of(const Pool& pool);

/// The strategies of one sampling.
[[nodiscard]] std::vector<const Strategy*> strategies_of(const Pool& pool, config::SamplingKind sampling);

/// Mean of a vector over cells or stage 1s, place by place; those of another length than the first's are left
/// out, and nothing comes of none or of empty ones.
template <class Record, class Vector>
[[nodiscard]] std::vector<double> mean_over(const std::vector<const Record*>& records, const Vector& vector) {
  std::vector<double> sums;
  std::size_t n = 0;
  for (const Record* record : records) {
    const auto& values = std::invoke(vector, *record);
    if (values.empty() || (n > 0 && values.size() != sums.size())) continue;
    if (n == 0) sums.resize(values.size());
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += static_cast<double>(values[i]);
    ++n;
  }
  for (double& sum : sums) sum /= static_cast<double>(n);
  return sums;
}

/// Classes in a row, most training images first: all of them one by one, or means over neighbours where there
/// are too many to be told apart. Shape: all [places].
struct ClassRow {
  std::vector<double> rank;  ///< of the class, from 1; the middle one's of several
  std::vector<double> mean;
};
inline constexpr std::size_t kPlaces = 200;
/// Classes that one place of a row stands for.
[[nodiscard]] std::size_t classes_per_place(const Pool& pool);
/// Shape: values [K], by class.
[[nodiscard]] ClassRow row_by_count(const Pool& pool, std::span<const double> values);
/// The axis of such a row: class names where they are few, ranks otherwise.
[[nodiscard]] PanelAxis class_axis(const Pool& pool);
/// Where in the row many-shot classes end and few-shot ones begin.
[[nodiscard]] std::vector<Guide> shot_guides(const Pool& pool);

/// Whole numbers as ticks, few enough not to touch each other.
[[nodiscard]] std::vector<Tick> whole_ticks(double from, double to);

/// "Means over 3 seeds." where there are several, for captions; "" otherwise.
[[nodiscard]] std::string seeds_sentence(const Pool& pool);

}  // namespace ltr::report
