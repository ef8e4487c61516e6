// SPDX-License-Identifier: Apache-2.0
// Figures of test accuracy: by strategy, by training images of the class, by tau.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>

#include "base/format.hpp"
#include "metric/accuracy.hpp"
#include "metric/statistics.hpp"
#include "report/figure_list.hpp"

namespace ltr::report {
namespace {
struct Group {
  std::string_view name;
  std::optional<double> metric::GroupAccuracy::* member;
  std::vector<double> record::TauSweep::* sweep;
};
constexpr std::array<Group, 4> kGroups{{
    {"many", &metric::GroupAccuracy::many, &record::TauSweep::test_many_percent},
    {"medium", &metric::GroupAccuracy::medium, &record::TauSweep::test_medium_percent},
    {"few", &metric::GroupAccuracy::few, &record::TauSweep::test_few_percent},
    {"all", &metric::GroupAccuracy::all, &record::TauSweep::test_all_percent},
}};

PanelAxis percent_axis() { return {.label = "test accuracy, %", .from = 0}; }

/// The strategies' names as ticks at 0, 1, ...; the place of each.
std::map<config::LearningKind, double> place_strategies(const Pool& pool, PanelAxis& axis) {
  std::map<config::LearningKind, double> places;
  for (const Strategy& strategy : pool.strategies) places[strategy.learning] = 0;
  double next = 0;
  for (auto& [learning, place] : places) {
    place = next++;
    const bool on_test = learning == config::LearningKind::tau_normalized && pool.tau_chosen_on_test;
    axis.ticks.push_back(
        {place, base::format("{}{}", config::name_of(learning), on_test ? " (on test)" : "")});
  }
  axis.from = -0.5;
  axis.to = next - 0.5;
  axis.tick_labels = TickLabels::slanted;
  return places;
}

/// One sampling's dots in a panel, a little to the side of the other samplings'.
Series dots(const Pool& pool, config::SamplingKind sampling, const Group& group, double aside,
            const std::map<config::LearningKind, double>& places) {
  Series series{.label = std::string(config::name_of(sampling)),
                .mark = Mark::points,
                .look = static_cast<std::size_t>(sampling)};
  for (const Strategy* strategy : strategies_of(pool, sampling)) {
    std::vector<double> percents;
    for (const record::CellRecord* cell : strategy->cells) {
      const auto percent = metric::group_accuracy(cell->test, pool.shots).*group.member;
      if (percent) percents.push_back(*percent);
    }
    const metric::Summary summary = metric::summarise(percents);
    if (summary.n == 0) continue;
    series.x.push_back(places.at(strategy->learning) + aside);
    series.y.push_back(summary.mean);
    series.low.push_back(summary.mean - summary.deviation.value_or(0));
    series.high.push_back(summary.mean + summary.deviation.value_or(0));
  }
  return series;
}

/// Mean accuracy of classes in steps of their training images, equally wide on a logarithmic axis.
Series accuracy_by_count(const Pool& pool, const Strategy& strategy) {
  constexpr double kSteps = 12;
  struct Step {
    double log_count = 0, percent = 0, classes = 0;
  };
  const auto [least, most] = std::ranges::minmax(pool.class_counts);
  const double low = std::log(std::max<double>(1, static_cast<double>(least)));
  const double width = (std::log(std::max<double>(1, static_cast<double>(most))) - low) / kSteps;
  std::map<int, Step> steps;
  for (std::size_t k = 0; k < pool.class_counts.size(); ++k) {
    double sum = 0;
    double seeds = 0;
    for (const record::CellRecord* cell : strategy.cells) {
      if (cell->test.total[k] == 0) continue;
      sum += 100.0 * static_cast<double>(cell->test.correct[k]) / static_cast<double>(cell->test.total[k]);
      ++seeds;
    }
    if (seeds == 0 || pool.class_counts[k] < 1) continue;
    const double log_count = std::log(static_cast<double>(pool.class_counts[k]));
    const double place = width > 0 ? std::min(kSteps - 1, std::floor((log_count - low) / width)) : 0;
    Step& step = steps[static_cast<int>(place)];
    step.log_count += log_count;
    step.percent += sum / seeds;
    ++step.classes;
  }
  Series series{.label = std::string(config::name_of(strategy.learning)),
                .look = static_cast<std::size_t>(strategy.learning)};
  for (const auto& [place, step] : steps) {
    series.x.push_back(std::exp(step.log_count / step.classes));
    series.y.push_back(step.percent / step.classes);
  }
  return series;
}

Panel tau_panel(const Pool& pool, const Strategy& strategy) {
  Panel panel{.title = base::format("{} features", config::name_of(strategy.sampling)),
              .x = {.label = "tau"},
              .y = percent_axis()};
  const auto taus = [](const record::CellRecord& cell) { return cell.tau.tau; };
  const std::vector<double> tau = mean_over(strategy.cells, taus);
  for (std::size_t i = 0; i < kGroups.size(); ++i) {
    const auto sweep = [i](const record::CellRecord& cell) { return cell.tau.*kGroups[i].sweep; };
    std::vector<double> percent = mean_over(strategy.cells, sweep);
    if (percent.empty() || percent.size() != tau.size()) continue;
    panel.series.push_back(
        {.label = std::string(kGroups[i].name), .look = i, .x = tau, .y = std::move(percent)});
  }
  std::map<double, std::size_t> chosen;
  for (const record::CellRecord* cell : strategy.cells) ++chosen[cell->tau.chosen];
  const char* how = pool.tau_chosen_on_test ? "chosen on test" : "chosen";
  for (const auto& [value, seeds] : chosen) {
    panel.guides.push_back({value, panel.guides.empty() ? how : ""});
  }
  return panel;
}
}  // namespace

Figure accuracy_figure(const Pool& pool) {
  Figure figure{.name = "accuracy",
                .title = base::format("Test accuracy by strategy and sampling: {}", pool.subject),
                .caption = base::format("many: more than {} training images; few: fewer than {}.{}{}",
                                        pool.limits.many_above, pool.limits.few_below,
                                        pool.seeds < 2 ? "" : " Bars: one standard deviation over seeds.",
                                        pool.tau_chosen_on_test ? " On test: tau was chosen on it." : ""),
                .columns = 2};
  const std::vector<config::SamplingKind> samplings = samplings_of(pool);
  for (const Group& group : kGroups) {
    Panel panel{.title = std::string(group.name), .x = {}, .y = percent_axis()};
    const auto places = place_strategies(pool, panel.x);
    for (std::size_t i = 1; i < places.size(); ++i)
      panel.guides.push_back({static_cast<double>(i) - 0.5, ""});
    const auto width = static_cast<double>(samplings.size());
    for (std::size_t i = 0; i < samplings.size(); ++i) {
      const double aside = 0.8 * ((static_cast<double>(i) + 0.5) / width - 0.5);
      Series series = dots(pool, samplings[i], group, aside, places);
      if (!series.x.empty()) panel.series.push_back(std::move(series));
    }
    if (!panel.series.empty()) figure.panels.push_back(std::move(panel));
  }
  share_top(figure.panels);
  return figure;
}

Figure accuracy_by_count_figure(const Pool& pool) {
  Figure figure{.name = "accuracy_by_count",
                .title = base::format("Test accuracy by training images of the class: {}", pool.subject),
                .caption = "Mean over classes with about as many training images." + seeds_sentence(pool),
                .columns = 2};
  for (const config::SamplingKind sampling : samplings_of(pool)) {
    Panel panel{.title = base::format("{} features", config::name_of(sampling)),
                .x = {.label = "training images of the class", .scale = Scale::logarithmic},
                .y = percent_axis(),
                .right = {},
                .series = {},
                .guides = {{static_cast<double>(pool.limits.few_below), "few", PanelSide::left},
                           {static_cast<double>(pool.limits.many_above), "many", PanelSide::right}}};
    const auto [least, most] = std::ranges::minmax(pool.class_counts);
    panel.x.from = 0.8 * std::max<double>(1, static_cast<double>(least));
    panel.x.to = 1.25 * std::max<double>(1, static_cast<double>(most));
    std::erase_if(panel.guides, [least, most](const Guide& guide) {
      return guide.at <= static_cast<double>(least) || guide.at >= static_cast<double>(most);
    });
    for (const Strategy* strategy : strategies_of(pool, sampling)) {
      Series series = accuracy_by_count(pool, *strategy);
      if (!series.x.empty()) panel.series.push_back(std::move(series));
    }
    if (!panel.series.empty()) figure.panels.push_back(std::move(panel));
  }
  share_top(figure.panels);
  return figure;
}

Figure tau_figure(const Pool& pool) {
  Figure figure{.name = "tau",
                .title = base::format("Test accuracy by tau: {}", pool.subject),
                .caption = (pool.tau_chosen_on_test
                                ? "The test set served as validation, so tau was chosen on it."
                                : "tau is chosen by validation accuracy; the test values are for the "
                                  "figure only.") +
                           seeds_sentence(pool),
                .columns = 2};
  for (const Strategy& strategy : pool.strategies) {
    if (strategy.learning != config::LearningKind::tau_normalized) continue;
    Panel panel = tau_panel(pool, strategy);
    if (!panel.series.empty()) figure.panels.push_back(std::move(panel));
  }
  share_top(figure.panels);
  return figure;
}

}  // namespace ltr::report
