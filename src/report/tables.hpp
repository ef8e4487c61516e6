// SPDX-License-Identifier: Apache-2.0
// The tables by name: what stands in their rows and columns, what is measured, and which published values
// stand beside it.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/results.hpp"

namespace ltr::report {

/// What tells the rows or the columns of a table apart.
enum class Axis { dataset, backbone, epochs, sampling, learning, measure };

[[nodiscard]] std::string_view name_of(Axis axis);

/// Measures of one table; which classes there are depends on the record.
enum class MeasureSet { groups, groups_and_balanced, all, quality, shifted, classes };

/// Which stage 1s a table is of; plain: of instance-balanced draws and cross-entropy.
enum class Representations { every, plain };

/// How near a published row must be to stand in the table: of the same backbone and epochs, or of any, which
/// the table then says.
enum class PublishedOf { same_network, any_network };

/// One table by name.
struct TableKind {
  std::string_view name;
  std::string_view help;            ///< in one line
  std::vector<Axis> rows, columns;  ///< from the outermost; `measure` is in one of them, last
  MeasureSet measures = MeasureSet::groups;
  std::vector<std::string_view> datasets{};  ///< what the record must be of; empty: anything
  Representations representations = Representations::every;
  std::string_view strategies{};              ///< how the names of its strategies begin; "": any
  std::vector<std::string_view> published{};  ///< tables whose rows stand beside, the first before the others
  PublishedOf published_of = PublishedOf::any_network;

  [[nodiscard]] bool has(Axis axis) const;
  /// Whether differences between strategies are asked of it.
  [[nodiscard]] bool compares_strategies() const { return !published.empty(); }
  /// Whether it is of the record's data set.
  [[nodiscard]] bool takes(const RunView& view) const;
  /// Whether it shows cells of this kind.
  [[nodiscard]] bool shows(const Representation& representation, std::string_view strategy) const;
};

[[nodiscard]] const std::vector<TableKind>& table_kinds();

/// Throws: ConfigError naming the tables there are, and the nearest one.
[[nodiscard]] const TableKind& table_kind(std::string_view name);

/// The tables that suit the records: the paper's, if they are of one of its data sets, and the grid's where
/// the paper's would not show all of it.
[[nodiscard]] std::vector<std::string> default_tables(const std::vector<RunView>& views);

/// What a table can show of a complete cell, by name. Units: percent. Empty where the record does not hold
/// what is needed.
struct Measure {
  std::string name;
  std::function<std::optional<double>(const Cell&)> value;
};
[[nodiscard]] std::vector<Measure> measures_of(MeasureSet set, const RunView& view);

/// Percent of a complete cell's test images, and its calibration error; empty if that was not counted.
[[nodiscard]] std::optional<double> top5_of(const Cell& cell);
[[nodiscard]] std::optional<double> calibration_error_of(const Cell& cell);

/// The accuracies by name: many, medium, few, all, balanced.
struct AccuracyName {
  std::string_view name;
  metric::AccuracyKind kind;
  std::optional<double> metric::GroupAccuracy::* member;
};
[[nodiscard]] std::span<const AccuracyName> accuracy_names();

}  // namespace ltr::report
