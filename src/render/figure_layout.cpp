// SPDX-License-Identifier: Apache-2.0
#include "render/figure_layout.hpp"

#include <algorithm>
#include <cmath>

#include "base/utf8.hpp"

namespace ltr::render {
using report::Annotation;
using report::Figure;
using report::Panel;
using report::Series;
using report::Tick;
using report::TickLabels;
namespace {
// Units: pixels.
constexpr double kCharacter = 7.6;
constexpr double kLegendRow = 24;
constexpr double kAnnotationHeight = 16;
constexpr double kAxisSpace = 92;
constexpr double kEdge = 22;

double space_below(const Panel& panel) {
  constexpr double kSlant = 0.61;  // 35 degrees in radians
  const double label = panel.x.label.empty() ? 0 : 38;
  if (panel.x.tick_labels == TickLabels::level) return 40 + label;
  double longest = 0;
  for (const Tick& tick : panel.x.ticks) longest = std::max(longest, characters(tick.label));
  return 34 + label + longest * kCharacter * std::sin(kSlant);
}

}  // namespace

double characters(std::string_view text) { return static_cast<double>(base::display_columns(text)); }

std::vector<LegendEntry> legend_of(const Figure& figure) {
  std::vector<LegendEntry> entries;
  for (const Panel& panel : figure.panels) {
    for (const Series& series : panel.series) {
      if (series.label.empty() ||
          std::ranges::find(entries, series.label, &LegendEntry::label) != entries.end())
        continue;
      entries.push_back({series.label, series.mark, series.style});
    }
  }
  // In the order of the styles, what stands behind the others last.
  std::ranges::stable_sort(entries, {}, &LegendEntry::style);
  return entries;
}

Layout layout_of(const Figure& figure, const std::vector<LegendEntry>& entries) {
  Layout layout;
  layout.columns = std::min(std::max<std::size_t>(figure.columns, 1), figure.panels.size());
  layout.plot_width = layout.columns == 1 ? 780 : 330;
  layout.plot_height = layout.columns == 1 ? 360 : 230;
  bool words_above = false;
  bool right = false;
  for (const Panel& panel : figure.panels) {
    layout.below = std::max(layout.below, space_below(panel));
    for (const Annotation& annotation : panel.annotations)
      words_above = words_above || !annotation.label.empty();
    right = right || panel.right.has_value();
  }
  layout.above = kPanelTitle + (words_above ? kAnnotationHeight : 0);
  layout.left = kAxisSpace;
  layout.right = right ? kAxisSpace : kEdge;
  const auto columns = static_cast<double>(layout.columns);
  layout.width = columns * (layout.left + layout.plot_width + layout.right);
  double longest = 0;
  for (const LegendEntry& entry : entries) longest = std::max(longest, characters(entry.label));
  // As much as gnuplot reckons with, which wraps on its own otherwise.
  const double entry_width = 1.2 * longest * kCharacter + 100;
  const auto fitting = static_cast<std::size_t>(std::max(1.0, (layout.width - 40) / entry_width));
  layout.legend_columns = std::max<std::size_t>(1, std::min(fitting, entries.size()));
  const std::size_t rows = (entries.size() + layout.legend_columns - 1) / layout.legend_columns;
  layout.legend_height = static_cast<double>(rows) * kLegendRow + 10;
  const std::size_t panel_rows = (figure.panels.size() + layout.columns - 1) / layout.columns;
  layout.height = kTitleHeight + layout.legend_height +
                  static_cast<double>(panel_rows) * (layout.above + layout.plot_height + layout.below) + 6;
  return layout;
}

}  // namespace ltr::render
