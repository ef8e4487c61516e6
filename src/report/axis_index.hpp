// SPDX-License-Identifier: Apache-2.0
// Rows and columns of a table from the labels that cells and published rows have.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "report/published.hpp"
#include "report/results.hpp"
#include "report/tables.hpp"

namespace ltr::report {

/// Where a value stands in a table: its label on every axis.
struct Coordinates {
  std::vector<std::string> by;  ///< "key = value", for each key that the user tells records apart by
  std::array<std::string, static_cast<std::size_t>(Axis::measure)> labels;

  [[nodiscard]] std::string& at(Axis axis) { return labels.at(static_cast<std::size_t>(axis)); }
  [[nodiscard]] const std::string& at(Axis axis) const { return labels.at(static_cast<std::size_t>(axis)); }
};

[[nodiscard]] Coordinates coordinates_of(const Cell& cell, const std::vector<std::string>& by);
/// `by`: the labels that it shares with cells.
[[nodiscard]] Coordinates coordinates_of(const PublishedRow& row, const std::vector<std::string>& by);

/// The labels along one side of a table, each once, in the order of the choices they name.
class AxisIndex {
 public:
  using Labels = std::vector<std::string>;
  enum class By { ignored, first };

  /// Axis::measure among `axes` is passed over: what is measured is the same everywhere along a side.
  AxisIndex(std::vector<Axis> axes, By by) : axes_(std::move(axes)), by_(by) {
    std::erase(axes_, Axis::measure);
  }

  void add(const Coordinates& coordinates);
  /// Puts what was added in order.
  void arrange();

  [[nodiscard]] const std::vector<Labels>& labels() const { return labels_; }
  [[nodiscard]] std::size_t size() const { return labels_.size(); }
  /// The number of the labels of `coordinates`; size() if they were not added.
  [[nodiscard]] std::size_t find(const Coordinates& coordinates) const;

 private:
  [[nodiscard]] Labels labels_of(const Coordinates& coordinates) const;
  [[nodiscard]] std::vector<std::size_t> ranks_of(const Labels& labels) const;

  std::vector<Axis> axes_;
  By by_;
  std::vector<Labels> labels_;
  std::map<Labels, std::size_t> numbers_;
  std::map<std::string, std::size_t> seen_;  ///< every label, numbered as they came
};

}  // namespace ltr::report
