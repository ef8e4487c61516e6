// SPDX-License-Identifier: Apache-2.0
// Figures whose x axis is the row of classes.
#include <algorithm>
#include <numeric>

#include "base/format.hpp"
#include "report/figure_list.hpp"

namespace ltr::report {
namespace {
std::string text_of(std::string_view text) { return std::string(text); }

/// Values above zero only, for a logarithmic axis.
Series series_of(const ClassRow& row, std::string_view label, std::size_t look, Mark mark) {
  Series series{.label = text_of(label), .mark = mark, .look = look};
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
Series counts_behind(const Pool& pool) {
  const std::vector<double> counts(pool.class_counts.begin(), pool.class_counts.end());
  Series series =
      series_of(row_by_count(pool, counts), "training images (right axis)", kBackgroundLook, Mark::boxes);
  series.side = PanelSide::right;
  series.box_width = static_cast<double>(classes_per_place(pool));
  series.high = series.y;
  series.low.assign(series.y.size(), 0.5);
  return series;
}

Panel norms_panel(const Pool& pool, config::SamplingKind sampling) {
  Panel panel{.title = base::format("{} features", config::name_of(sampling)),
              .x = class_axis(pool),
              .y = {.label = "L2 norm of the class's weights", .from = 0},
              .right = PanelAxis{.label = "training images", .scale = Scale::logarithmic, .from = 0.5},
              .series = {counts_behind(pool)},
              .guides = shot_guides(pool)};
  for (const Strategy* strategy : strategies_of(pool, sampling)) {
    const std::vector<double> norms = mean_over(strategy->cells, &record::CellRecord::weight_norms);
    if (norms.size() != pool.class_counts.size()) continue;
    panel.series.push_back(series_of(row_by_count(pool, norms), config::name_of(strategy->learning),
                                     static_cast<std::size_t>(strategy->learning), Mark::line_and_points));
  }
  return panel;
}
}  // namespace

Figure draw_probability_figure(const Pool& pool) {
  Figure figure{.name = "draw_probability",
                .title = base::format("Draw probability by class: {}", pool.subject),
                .caption = "Share of all draws of stage 1 that each class got, over all epochs and seeds."};
  Panel panel{.title = {},
              .x = class_axis(pool),
              .y = {.label = "share of draws", .scale = Scale::logarithmic},
              .right = {},
              .series = {},
              .guides = shot_guides(pool)};
  const auto add = [&](const std::vector<double>& values, const std::string& label, std::size_t look,
                       Mark mark = Mark::line_and_points) {
    const std::vector<double> share = shares(values);
    if (share.size() != pool.class_counts.size()) return;
    panel.series.push_back(series_of(row_by_count(pool, share), label, look, mark));
  };
  for (const Stage1s& group : pool.stage_1) {
    const auto draws = [](const record::Stage1Record& stage_1) { return stage_1.training.draws_made; };
    const auto weights = [](const record::Stage1Record& stage_1) { return stage_1.training.class_weights; };
    const auto look = static_cast<std::size_t>(group.sampling);
    const std::string name = text_of(config::name_of(group.sampling));
    add(mean_over(group.seeds, draws), name, look);
    if (group.sampling != config::SamplingKind::progressively_balanced) continue;
    add(mean_over(group.seeds, weights), name + ", last epoch", look + 1, Mark::points);
    figure.caption += " The last epoch's draw probabilities are shown too where they change.";
  }
  if (!panel.series.empty()) figure.panels.push_back(std::move(panel));
  return figure;
}

Figure weight_norms_figure(const Pool& pool) {
  Figure figure{.name = "weight_norms",
                .title = base::format("Norms of classifier weights by class: {}", pool.subject),
                .caption = "Classes with most training images to the left." + seeds_sentence(pool),
                .columns = 2};
  for (const config::SamplingKind sampling : samplings_of(pool)) {
    Panel panel = norms_panel(pool, sampling);
    if (panel.series.size() > 1) figure.panels.push_back(std::move(panel));
  }
  share_top(figure.panels);
  return figure;
}

}  // namespace ltr::report
