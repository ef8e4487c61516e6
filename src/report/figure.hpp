// SPDX-License-Identifier: Apache-2.0
// A figure as plain data: what is drawn and what stands beside it, but not by which program.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ltr::report {

enum class Mark { line, points, line_and_points, boxes };
enum class PanelSide { left, right };
enum class Scale { linear, logarithmic };
/// How the names at an axis are written: short ones level, long ones slanted.
enum class TickLabels { level, slanted };

/// The looks of a series beside the numbered ones: a thin grey line or a pale area behind the others.
inline constexpr std::size_t kReferenceLook = 100;
inline constexpr std::size_t kBackgroundLook = 101;

/// One curve, cloud or row of boxes. Shape: x and y of equal length; low and high likewise or empty.
struct Series {
  std::string label{};  ///< in the legend; series of one label and look share an entry
  Mark mark = Mark::line_and_points;
  /// The same number, the same colour, dashes, marker and filling, in every panel and every figure.
  std::size_t look = 0;
  PanelSide side = PanelSide::left;
  std::vector<double> x{}, y{};
  std::vector<double> low{}, high{};  ///< ends of the error bars, or of the boxes; not drawn where empty
  double box_width = 0;               ///< boxes only, in units of x
};

/// A name at a place of an axis, instead of its number.
struct Tick {
  double at = 0;
  std::string label{};
};

struct PanelAxis {
  std::string label{};
  Scale scale = Scale::linear;
  std::optional<double> from{}, to{};  ///< empty: as the data wants
  std::vector<Tick> ticks{};           ///< empty: numbers
  TickLabels tick_labels = TickLabels::level;
};

/// A thin vertical line with a word above its upper end, to the left or to the right of it.
struct Guide {
  double at = 0;
  std::string label{};
  PanelSide label_side = PanelSide::right;
};

struct Panel {
  std::string title{};
  PanelAxis x{}, y{};
  std::optional<PanelAxis> right{};  ///< of the series of PanelSide::right
  std::vector<Series> series{};
  std::vector<Guide> guides{};
};

/// Panels in rows of `columns`, with one legend for all of them.
struct Figure {
  std::string name{};     ///< of its files and of its place in a page
  std::string title{};    ///< what is drawn, of which data
  std::string caption{};  ///< what a reader must know of the numbers, in sentences
  std::size_t columns = 1;
  std::vector<Panel> panels{};
};

/// Gives panels of one kind the same upper end of y, a little above their highest point, to compare them by
/// eye.
void share_top(std::span<Panel> panels);

/// Whether anything would be drawn.
[[nodiscard]] inline bool is_empty(const Figure& figure) { return figure.panels.empty(); }

}  // namespace ltr::report
