// SPDX-License-Identifier: Apache-2.0
// What a table can show of a complete cell, by name.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metric/accuracy.hpp"
#include "report/cells.hpp"

namespace ltr::report {

/// Units: percent. Empty where the record does not hold what is needed.
struct Measure {
  std::string name;
  std::function<std::optional<double>(const Cell&)> value;
};

/// Measures of one table; which classes there are depends on the record.
enum class MeasureSet { groups, groups_and_balanced, all, quality, shifted, classes };

[[nodiscard]] std::vector<Measure> measures_of(MeasureSet set, const RunView& view);

/// Percent of a complete cell's test images; empty if it was not counted.
[[nodiscard]] std::optional<double> top5_of(const Cell& cell);
/// Likewise the expected calibration error.
[[nodiscard]] std::optional<double> calibration_error_of(const Cell& cell);

/// The accuracies by name: many, medium, few, all, balanced.
struct AccuracyName {
  std::string_view name;
  metric::AccuracyKind kind;
  std::optional<double> metric::GroupAccuracy::* member;
};
[[nodiscard]] std::span<const AccuracyName> accuracy_names();

}  // namespace ltr::report
