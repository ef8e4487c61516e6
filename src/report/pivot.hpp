// SPDX-License-Identifier: Apache-2.0
// Rows and columns of a table from the labels that cells and published rows have; for the sources of this
// room only.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "report/cells.hpp"
#include "report/published.hpp"
#include "report/table_kind.hpp"

namespace ltr::report {

/// What places a value in a table, each axis by its label.
struct Coordinates {
  std::vector<std::string> by;  ///< "key = value", for each key that the user tells records apart by
  std::string dataset, backbone, epochs, sampling, learning;

  [[nodiscard]] const std::string& along(Axis axis) const;
};

[[nodiscard]] Coordinates coordinates_of(const Cell& cell, const std::vector<std::string>& by);
[[nodiscard]] Coordinates coordinates_of(const PublishedRow& row);

/// The labels along one side of a table, each once, in the order of the choices they name.
class Side {
 public:
  using Labels = std::vector<std::string>;
  enum class By { ignored, first };

  /// Axis::measure among `axes` is passed over: what is measured is the same everywhere along a side.
  Side(std::vector<Axis> axes, By by) : axes_(std::move(axes)), by_(by) {}

  void add(const Coordinates& coordinates);
  /// Puts what was added in order.
  void arrange();

  [[nodiscard]] const std::vector<Labels>& labels() const { return labels_; }
  [[nodiscard]] std::size_t size() const { return labels_.size(); }
  /// Where the labels of `coordinates` stand; size() if nowhere.
  [[nodiscard]] std::size_t place(const Coordinates& coordinates) const;

 private:
  [[nodiscard]] Labels labels_of(const Coordinates& coordinates) const;
  [[nodiscard]] std::vector<std::size_t> ranks_of(const Labels& labels) const;

  std::vector<Axis> axes_;
  By by_;
  std::vector<Labels> labels_;
  std::map<Labels, std::size_t> places_;
  std::map<std::string, std::size_t> seen_;  ///< every label, numbered as they came
};

}  // namespace ltr::report
