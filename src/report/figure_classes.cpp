// SPDX-License-Identifier: Apache-2.0
// Figures whose x axis is the row of classes.
#include <algorithm>
#include <numeric>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/utf8.hpp"
#include "config/methods.hpp"
#include "report/figures.hpp"

namespace ltr::report {
namespace {
constexpr std::size_t kMostPoints = 200;
constexpr std::size_t kNamedClasses = 12;

std::string shortened(const std::string& name) {
  constexpr std::size_t kLongest = 14;
  const std::string_view head = base::head_of_columns(name, kLongest);
  return head.size() == name.size() ? name : std::string(head) + "…";
}

/// Classes in a row, most training images first: all of them one by one, or means over neighbours where there
/// are too many to be told apart. Shape: all [points].
struct ClassRow {
  std::vector<double> rank;  ///< of the class, from 1; the middle one's of several
  std::vector<double> mean;
};

/// Classes that one point of a row stands for.
std::size_t classes_per_point(std::size_t classes) {
  return std::max<std::size_t>(1, (classes + kMostPoints - 1) / kMostPoints);
}

/// Shape: values [K], by class.
ClassRow row_by_count(const RunView& view, std::span<const double> values) {
  LTR_EXPECT(values.size() == view.classes_by_count.size());
  const std::size_t width = classes_per_point(values.size());
  ClassRow row;
  for (std::size_t first = 0; first < values.size(); first += width) {
    const std::size_t end = std::min(first + width, values.size());
    double sum = 0;
    for (std::size_t i = first; i < end; ++i) sum += values[view.classes_by_count[i]];
    row.rank.push_back(static_cast<double>(first + 1 + end) / 2);
    row.mean.push_back(sum / static_cast<double>(end - first));
  }
  return row;
}

/// The axis of such a row: class names where they are few, ranks otherwise.
PanelAxis class_axis(const RunView& view) {
  const std::vector<std::string>& names = view.run->class_names;
  const std::size_t classes = view.classes_by_count.size();
  const std::size_t width = classes_per_point(classes);
  PanelAxis axis{.label = width == 1 ? "class, by number of training images"
                                     : base::format("rank of class by training images (means of {})", width),
                 .from = 0.5,
                 .to = static_cast<double>(classes) + 0.5};
  if (classes > kNamedClasses || names.size() != classes) return axis;
  for (std::size_t i = 0; i < classes; ++i) {
    axis.ticks.push_back({static_cast<double>(i + 1), shortened(names[view.classes_by_count[i]])});
  }
  axis.tick_labels = TickLabels::slanted;
  return axis;
}

/// Where in the row many-shot classes end and few-shot ones begin.
std::vector<Annotation> shot_annotations(const RunView& view) {
  const auto many = static_cast<double>(std::ranges::count(view.shots, metric::Shot::many));
  const auto few = static_cast<double>(std::ranges::count(view.shots, metric::Shot::few));
  const auto classes = static_cast<double>(view.shots.size());
  std::vector<Annotation> annotations;
  if (many > 0 && many < classes) annotations.push_back({many + 0.5, "many", PanelSide::left});
  if (few > 0 && few < classes) annotations.push_back({classes - few + 0.5, "few", PanelSide::right});
  return annotations;
}

/// Adds the values above zero, for a logarithmic axis.
Series with_points(Series series, const ClassRow& row) {
  for (std::size_t i = 0; i < row.rank.size(); ++i) {
    if (!(row.mean[i] > 0)) continue;
    series.x.push_back(row.rank[i]);
    series.y.push_back(row.mean[i]);
  }
  return series;
}

std::vector<double> shares(std::vector<double> values) {
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  if (!(sum > 0)) return {};
  for (double& value : values) value /= sum;
  return values;
}

/// Training images as pale boxes on the right axis.
Series counts_behind(const RunView& view) {
  const std::vector<double> counts(view.run->class_counts.begin(), view.run->class_counts.end());
  Series series = with_points({.label = "training images (right axis)",
                               .mark = Mark::boxes,
                               .style = kBackgroundStyle,
                               .side = PanelSide::right,
                               .box_width = static_cast<double>(classes_per_point(counts.size()))},
                              row_by_count(view, counts));
  series.high = series.y;
  series.low.assign(series.y.size(), 0.5);
  return series;
}
}  // namespace

Figure draw_probability_figure(const ResultSet& set) {
  Figure figure{.name = "draw_probability",
                .title = base::format("Draw probability by class: {}", subject_of(set)),
                .caption = "Share of all draws of stage 1 that each class got, over all epochs and seeds."};
  Panel panel{.x = class_axis(set.first()),
              .y = {.label = "share of draws", .scale = Scale::logarithmic},
              .annotations = shot_annotations(set.first())};
  const auto add = [&](const std::vector<double>& values, Series series) {
    const std::vector<double> share = shares(values);
    if (share.size() != set.first().classes_by_count.size()) return;
    panel.series.push_back(with_points(std::move(series), row_by_count(set.first(), share)));
  };
  for (const Stage1Results& stage_1 : stage_1s_of(set)) {
    const auto draws = [](const record::Stage1Record& seed) { return seed.training.draws_made; };
    const auto weights = [](const record::Stage1Record& seed) { return seed.training.class_weights; };
    add(mean_over(stage_1.seeds, draws), series_of(stage_1.representation));
    if (!config::method_of(stage_1.representation.sampling).weights_move) continue;
    Series last = series_of(stage_1.representation);
    last.label += ", last epoch";
    last.style += 1;
    last.mark = Mark::points;
    add(mean_over(stage_1.seeds, weights), std::move(last));
    figure.caption += " The last epoch's draw probabilities are shown too where they change.";
  }
  if (!panel.series.empty()) figure.panels.push_back(std::move(panel));
  return figure;
}

Figure weight_norms_figure(const ResultSet& set) {
  Figure figure{.name = "weight_norms",
                .title = base::format("Norms of classifier weights by class: {}", subject_of(set)),
                .caption = "Classes with most training images to the left." + seeds_sentence(set),
                .columns = 2};
  const RunView& view = set.first();
  for (const auto& [representation, methods] : representations_of(set)) {
    Panel panel{.title = base::format("{} features", name_of(representation)),
                .x = class_axis(view),
                .y = {.label = "L2 norm of the class's weights", .from = 0},
                .right = PanelAxis{.label = "training images", .scale = Scale::logarithmic, .from = 0.5},
                .series = {counts_behind(view)},
                .annotations = shot_annotations(view)};
    for (const auto& [method, cells] : methods) {
      const std::vector<double> norms =
          mean_over(cells, [](const Cell& cell) { return cell.record->weight_norms; });
      if (norms.size() != view.classes_by_count.size()) continue;
      panel.series.push_back(with_points(series_of(method.learning), row_by_count(view, norms)));
    }
    if (panel.series.size() > 1) figure.panels.push_back(std::move(panel));
  }
  share_top(figure.panels);
  return figure;
}

}  // namespace ltr::report
