// SPDX-License-Identifier: Apache-2.0
// Where the parts of a figure stand.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "report/figures.hpp"

namespace ltr::render {

// Units: pixels.
inline constexpr double kTitleHeight = 40;
inline constexpr double kPanelTitle = 30;

/// A line of the legend.
struct LegendEntry {
  std::string label;
  report::Mark mark = report::Mark::line;
  std::size_t style = 0;
};

/// Where everything stands. Units: pixels.
struct Layout {
  double plot_width = 0, plot_height = 0;
  double above = 0, below = 0, left = 0, right = 0;  ///< of a plot
  double width = 0, height = 0;                      ///< of the figure
  std::size_t columns = 0, legend_columns = 1;
  double legend_height = 0;
};

/// The characters of a text that a reader sees.
[[nodiscard]] double characters(std::string_view text);

/// The figure's series by style, each label once.
[[nodiscard]] std::vector<LegendEntry> legend_of(const report::Figure& figure);

[[nodiscard]] Layout layout_of(const report::Figure& figure, const std::vector<LegendEntry>& entries);

}  // namespace ltr::render
