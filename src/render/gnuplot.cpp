// SPDX-License-Identifier: Apache-2.0
#include "render/gnuplot.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "base/format.hpp"
#include "render/figure_layout.hpp"

namespace ltr::render {
namespace {
using report::Annotation;
using report::Figure;
using report::Mark;
using report::Panel;
using report::PanelAxis;
using report::PanelSide;
using report::Scale;
using report::Series;
using report::Tick;
using report::TickLabels;

/// What a series is drawn with. Styles differ in more than their colours, for prints in grey.
struct LineStyle {
  std::string_view colour, dashes;
  int point = 0;
  std::string_view filling;
};
constexpr std::array<LineStyle, 10> kLineStyles{{
    {"#000000", "1", 7, "solid 0.6"},
    {"#d55e00", "(9,4)", 5, "pattern 1"},
    {"#0072b2", "(2,3)", 9, "pattern 0"},
    {"#009e73", "(10,3,2,3)", 13, "pattern 4"},
    {"#8b4a8b", "(5,2)", 4, "pattern 2"},
    {"#56a4d9", "(14,4)", 6, "pattern 5"},
    {"#a06000", "(10,3,2,3,2,3)", 8, "pattern 6"},
    {"#555555", "(3,6)", 12, "pattern 7"},
    {"#c02060", "(6,2,6,6)", 11, "solid 0.25"},
    {"#4050c0", "(18,3)", 10, "solid 0.85"},
}};
constexpr std::string_view kGrey = "#8a8a8a";
constexpr std::string_view kPale = "#dcdcdc";

/// A text that gnuplot takes as it is: in single quotes nothing is replaced but the quote itself.
std::string quote(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') result += c;
    result += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  }
  return result + "'";
}

/// Names of ticks are formats of numbers to gnuplot.
std::string quote_tick(std::string_view text) {
  std::string doubled;
  for (const char c : text) doubled += c == '%' ? "%%" : std::string(1, c);
  return quote(doubled);
}

std::string terminal(PictureFormat format, const Layout& layout) {
  if (format == PictureFormat::svg) {
    return base::format(
        "set terminal svg enhanced size {:.0f},{:.0f} font "
        "'DejaVu Sans,Helvetica,Arial,sans-serif,13' background '#ffffff'\n",
        layout.width, layout.height);
  }
  return base::format(
      "set terminal pngcairo enhanced size {:.0f},{:.0f} font 'DejaVu Sans,10' fontscale 2 "
      "linewidth 2 pointscale 2 background '#ffffff'\n",
      2 * layout.width, 2 * layout.height);
}

/// "[from:to]", with the data's own end where none is given.
std::string range(const PanelAxis& axis) {
  const auto end = [](const std::optional<double>& value) {
    return value ? base::format("{}", *value) : "*";
  };
  return base::format("[{}:{}]", end(axis.from), end(axis.to));
}

/// `name` is x, y or y2.
std::string axis_script(std::string_view name, const PanelAxis& axis) {
  std::string text = base::format("set {}label {} noenhanced offset {}\nset {}range {}\n", name,
                                  quote(axis.label), name == "y" ? "-0.6,0" : "0,0", name, range(axis));
  const bool logarithmic = axis.scale == Scale::logarithmic;
  text += base::format("{} logscale {}\n", logarithmic ? "set" : "unset", name);
  if (axis.ticks.empty()) {
    const bool small = logarithmic && name == "y";
    return text + base::format("set {}tics nomirror autofreq norotate {}\nset format {} {}\n", name,
                               small ? "enhanced" : "noenhanced", name, small ? "'10^{%T}'" : "'%g'");
  }
  std::vector<std::string> ticks;
  for (const Tick& tick : axis.ticks) ticks.push_back(base::format("{} {}", quote_tick(tick.label), tick.at));
  return text + base::format("set {}tics nomirror {} noenhanced ({})\n", name,
                             axis.tick_labels == TickLabels::slanted ? "rotate by 35 right" : "norotate",
                             base::join(ticks, ", "));
}

std::string annotations_script(const Panel& panel) {
  std::string text = "unset arrow\nunset label\n";
  for (const Annotation& annotation : panel.annotations) {
    text += base::format(
        "set arrow from first {}, graph 0 to first {}, graph 1 nohead back lw 1 dt (3,3) lc rgb '{}'\n",
        annotation.at, annotation.at, kGrey);
    const bool left = annotation.label_side == PanelSide::left;
    text += base::format(
        "set label {} at first {}, graph 1 {} offset {},0.6 noenhanced textcolor rgb '#444444'\n",
        quote(annotation.label), annotation.at, left ? "right" : "left", left ? -0.3 : 0.3);
  }
  return text;
}

/// Marks at each point where they are few, at every nth of a long line.
std::size_t marker_distance(const Series& series) {
  constexpr std::size_t kMarkers = 12;
  return std::max<std::size_t>(1, series.x.size() / kMarkers);
}

std::string style_script(Mark mark, std::size_t number, std::size_t marker_every) {
  if (number == report::kBackgroundStyle) return base::format("fs solid noborder fc rgb '{}'", kPale);
  if (number == report::kReferenceStyle) return base::format("lw 1.2 dt (4,4) lc rgb '{}'", kGrey);
  // Beyond the last, markers come again in other colours.
  constexpr std::size_t kShift = 3;
  LineStyle style = kLineStyles[(number + kShift * (number / kLineStyles.size())) % kLineStyles.size()];
  style.point = kLineStyles[number % kLineStyles.size()].point;
  if (mark == Mark::boxes) {
    return base::format("fs {} border lc rgb '#000000' fc rgb '#303030' lw 0.8", style.filling);
  }
  const auto point = [&style](double size) {
    return base::format("pt {} ps {} lc rgb '{}'", style.point, size, style.colour);
  };
  if (mark == Mark::points) return point(1) + " lw 1.3";
  const std::string line = base::format("lw 1.8 dt {}", style.dashes);
  if (mark == Mark::line) return base::format("{} lc rgb '{}'", line, style.colour);
  return base::format("{} {} pi {}", line, point(0.75), marker_every);
}

std::string data_block(const Series& series, std::size_t number) {
  std::string text = base::format("$d{} << EOD\n", number);
  const bool ends = !series.low.empty();
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    text += base::format("{} {}", series.x[i], series.y[i]);
    if (ends) text += base::format(" {} {}", series.low[i], series.high[i]);
    text += "\n";
  }
  return text + "EOD\n";
}

std::string_view style_name(Mark mark) {
  constexpr std::array<std::string_view, 4> kNames{"lines", "points", "linespoints", "boxes"};
  return kNames.at(static_cast<std::size_t>(mark));
}

/// One series of a plot command, without its name: the legend has that.
std::string plotted(const Series& series, std::size_t number) {
  const std::size_t distance = marker_distance(series);
  std::string columns = "using 1:2";
  std::string_view with = style_name(series.mark);
  if (series.mark == Mark::boxes) {
    const double half = series.box_width / 2;
    columns = base::format("using 1:2:($1-{}):($1+{}):3:4", half, half);
    with = "boxxyerror";
  } else if (series.mark == Mark::points && !series.low.empty()) {
    columns = "using 1:2:3:4";
    with = "yerrorbars";
  } else if (series.mark == Mark::points) {
    columns = base::format("every {} using 1:2", distance);
  }
  return base::format("$d{} {} axes {} with {} {} notitle", number, columns,
                      series.side == PanelSide::right ? "x1y2" : "x1y1", with,
                      style_script(series.mark, series.style, distance));
}

std::string plot_command(std::span<const std::string> plots) {
  return "plot " + base::join(plots, ", \\\n  ") + "\n";
}

/// Where the next plot stands. Units: 1 is the figure's width or height, from its lower left corner.
std::string margins(std::string_view left, std::string_view right, double top, double bottom) {
  return base::format(
      "set lmargin at screen {}\nset rmargin at screen {}\nset tmargin at screen {:.5f}\nset bmargin at "
      "screen "
      "{:.5f}\n",
      left, right, top, bottom);
}

/// `index`: of the panel in its figure; `first`: number of its first data block.
std::string panel_script(const Panel& panel, const Layout& layout, std::size_t index, std::size_t first) {
  const auto column = static_cast<double>(index % layout.columns);
  const std::size_t row = index / layout.columns;
  const double x = column * (layout.left + layout.plot_width + layout.right) + layout.left;
  const double y = kTitleHeight + layout.legend_height +
                   static_cast<double>(row) * (layout.above + layout.plot_height + layout.below) +
                   layout.above;
  std::string text = margins(base::format("{:.5f}", x / layout.width),
                             base::format("{:.5f}", (x + layout.plot_width) / layout.width),
                             1 - y / layout.height, 1 - (y + layout.plot_height) / layout.height);
  text += base::format("set title {} noenhanced offset 0,{}\n", quote(panel.title),
                       layout.above > kPanelTitle ? 0.6 : -0.3);
  text += axis_script("x", panel.x);
  text += axis_script("y", panel.y);
  text += panel.right ? axis_script("y2", *panel.right) : "unset y2tics\nunset y2label\nunset logscale y2\n";
  text += annotations_script(panel);
  std::vector<std::string> plots;
  for (std::size_t i = 0; i < panel.series.size(); ++i) plots.push_back(plotted(panel.series[i], first + i));
  return text + plot_command(plots);
}

/// An empty plot across the figure that carries the legend.
std::string legend_script(const std::vector<LegendEntry>& entries, const Layout& layout) {
  if (entries.empty()) return {};
  const double top = 1 - kTitleHeight / layout.height;
  std::string text = margins("0.01", "0.99", top, 1 - (kTitleHeight + layout.legend_height) / layout.height);
  text += base::format(
      "set title ''\nset xlabel ''\nset ylabel ''\nunset border\nunset tics\nunset y2tics\nunset y2label\n"
      "unset logscale\nunset arrow\nunset label\nunset grid\nset xrange [0:1]\nset yrange [0:1]\n"
      "set key at screen 0.5,{:.5f} center top horizontal Left reverse noenhanced width 1 samplen 4.5 "
      "spacing 1.25 maxcols {}\n",
      top, layout.legend_columns);
  std::vector<std::string> plots;
  for (const LegendEntry& entry : entries) {
    plots.push_back(base::format("NaN with {} {} title {}", style_name(entry.mark),
                                 style_script(entry.mark, entry.style, 1), quote(entry.label)));
  }
  return text + plot_command(plots);
}
}  // namespace

std::string gnuplot_script(const Figure& figure, PictureFormat format) {
  const std::vector<LegendEntry> entries = legend_of(figure);
  const Layout layout = layout_of(figure, entries);
  std::string text = "set encoding utf8\n" + terminal(format, layout);
  text +=
      "set border 3 lw 0.8\nset tics out scale 0.6\nset grid ytics lw 0.7 dt 1 lc rgb '#cfcfcf'\nunset key\n";
  std::size_t number = 0;
  for (const Panel& panel : figure.panels) {
    for (const Series& series : panel.series) text += data_block(series, number++);
  }
  // PNG counts in points, SVG in pixels.
  const double pixels =
      std::clamp(layout.width / (0.62 * std::max(1.0, characters(figure.title))), 8.0, 16.0);
  text += base::format("set multiplot title {} noenhanced font ',{:.1f}'\n", quote(figure.title),
                       format == PictureFormat::svg ? pixels : 0.75 * pixels);
  number = 0;
  for (std::size_t i = 0; i < figure.panels.size(); ++i) {
    text += panel_script(figure.panels[i], layout, i, number);
    number += figure.panels[i].series.size();
  }
  text += legend_script(entries, layout) + "unset multiplot\n";
  return text;
}

}  // namespace ltr::render
