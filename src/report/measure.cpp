// SPDX-License-Identifier: Apache-2.0
#include "report/measure.hpp"

#include <array>

#include "base/format.hpp"
#include "metric/shift.hpp"

namespace ltr::report {
namespace {
using metric::AccuracyKind;
using metric::GroupAccuracy;
using metric::ShiftDirection;

constexpr std::array<AccuracyName, 5> kAccuracies{{
    {"many", AccuracyKind::many, &GroupAccuracy::many},
    {"medium", AccuracyKind::medium, &GroupAccuracy::medium},
    {"few", AccuracyKind::few, &GroupAccuracy::few},
    {"all", AccuracyKind::all, &GroupAccuracy::all},
    {"balanced", AccuracyKind::balanced, &GroupAccuracy::balanced},
}};

std::vector<Measure> accuracies(std::span<const AccuracyName> names) {
  std::vector<Measure> measures;
  for (const AccuracyName& name : names) {
    measures.push_back(
        {std::string(name.name), [member = name.member](const Cell& cell) { return cell.accuracy.*member; }});
  }
  return measures;
}

std::vector<Measure> quality() {
  const auto error = [](const Cell& cell) {
    const std::optional<double> balanced = cell.accuracy.balanced;
    return balanced ? std::optional(100 - *balanced) : std::nullopt;
  };
  std::vector<Measure> measures = accuracies(std::span(kAccuracies).subspan(3, 1));
  measures.push_back({"top-5", top5_of});
  measures.push_back({"balanced error", error});
  measures.push_back({"ECE", calibration_error_of});
  return measures;
}

Measure shifted(const std::string& name, double ratio, ShiftDirection direction) {
  return {name, [=](const Cell& cell) {
            return metric::shifted_accuracy(cell.record->test, cell.view->classes_order, ratio, direction);
          }};
}

std::vector<Measure> shifted_sets() {
  constexpr std::array<int, 5> kRatios{50, 25, 10, 5, 2};
  std::vector<Measure> measures;
  for (const int ratio : kRatios) {
    measures.push_back(shifted(base::format("forward {}", ratio), ratio, ShiftDirection::forward));
  }
  measures.push_back(shifted("uniform", 1, ShiftDirection::forward));
  for (std::size_t i = kRatios.size(); i-- > 0;) {
    measures.push_back(
        shifted(base::format("backward {}", kRatios[i]), kRatios[i], ShiftDirection::backward));
  }
  return measures;
}

std::vector<Measure> classes(const record::RunRecord& run) {
  std::vector<Measure> measures;
  for (std::size_t k = 0; k < run.class_counts.size(); ++k) {
    const std::string name = k < run.class_names.size() ? " " + run.class_names[k] : "";
    measures.push_back({base::format("{}{}, {} training images", k, name, run.class_counts[k]),
                        [k](const Cell& cell) -> std::optional<double> {
                          const metric::Counts& test = cell.record->test;
                          if (test.total[k] == 0) return std::nullopt;
                          return 100.0 * static_cast<double>(test.correct[k]) /
                                 static_cast<double>(test.total[k]);
                        }});
  }
  return measures;
}
}  // namespace

std::optional<double> top5_of(const Cell& cell) { return metric::top5_percent(cell.record->test); }

std::optional<double> calibration_error_of(const Cell& cell) {
  const metric::Calibration& found = cell.record->calibration;
  return found.images.empty() ? std::nullopt : std::optional(100 * found.expected_calibration_error);
}

std::span<const AccuracyName> accuracy_names() { return kAccuracies; }

std::vector<Measure> measures_of(MeasureSet set, const RunView& view) {
  switch (set) {
    case MeasureSet::groups:
      return accuracies(std::span(kAccuracies).first(4));
    case MeasureSet::groups_and_balanced:
      return accuracies(kAccuracies);
    case MeasureSet::all:
      return accuracies(std::span(kAccuracies).subspan(3, 1));
    case MeasureSet::quality:
      return quality();
    case MeasureSet::shifted:
      return shifted_sets();
    case MeasureSet::classes:
      break;
  }
  return classes(*view.run);
}

}  // namespace ltr::report
