// SPDX-License-Identifier: Apache-2.0
// Figures of test accuracy: by strategy, by training images of the class, by tau.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/format.hpp"
#include "config/methods.hpp"
#include "metric/statistics.hpp"
#include "report/figures.hpp"

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

/// The strategies' names as ticks at 0, 1, ...; where each stands.
std::map<config::LearningKind, double> add_strategy_ticks(const std::vector<RepresentationResults>& results,
                                                          bool on_test, PanelAxis& axis) {
  std::map<config::LearningKind, double> ticks;
  for (const auto& [representation, methods] : results) {
    for (const auto& [method, cells] : methods) ticks[method.learning] = 0;
  }
  double next = 0;
  for (auto& [learning, at] : ticks) {
    at = next++;
    const bool remark = on_test && config::method_of(learning).sweep != nullptr;
    axis.ticks.push_back({at, base::format("{}{}", config::name_of(learning), remark ? " (on test)" : "")});
  }
  axis.from = -0.5;
  axis.to = next - 0.5;
  axis.tick_labels = TickLabels::slanted;
  return ticks;
}

/// One representation's dots in a panel, a little to the side of the others'.
Series dots(const RepresentationResults& results, const Group& group, double aside,
            const std::map<config::LearningKind, double>& ticks) {
  Series series = series_of(results.representation);
  series.mark = Mark::points;
  for (const auto& [method, cells] : results.methods) {
    std::vector<double> percents;
    for (const Cell* cell : cells) {
      const std::optional<double> percent = cell->accuracy.*group.member;
      if (percent) percents.push_back(*percent);
    }
    const metric::Summary summary = metric::summarise(percents);
    if (summary.n == 0) continue;
    series.x.push_back(ticks.at(method.learning) + aside);
    series.y.push_back(summary.mean);
    series.low.push_back(summary.mean - summary.deviation.value_or(0));
    series.high.push_back(summary.mean + summary.deviation.value_or(0));
  }
  return series;
}

/// Training images of the class with the fewest and of that with the most, on a logarithmic axis.
std::pair<double, double> range_of(const std::vector<std::int64_t>& counts) {
  const auto [least, most] = std::ranges::minmax(counts);
  return {std::max<double>(1, static_cast<double>(least)), std::max<double>(1, static_cast<double>(most))};
}

/// Mean accuracy of classes in steps of their training images, equally wide on a logarithmic axis.
Series accuracy_by_count(const std::vector<std::int64_t>& counts, const MethodResults& results) {
  constexpr double kSteps = 12;
  struct Step {
    double log_count = 0, percent = 0, classes = 0;
  };
  const auto [least, most] = range_of(counts);
  const double low = std::log(least);
  const double width = (std::log(most) - low) / kSteps;
  std::map<int, Step> steps;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    double sum = 0;
    double seeds = 0;
    for (const Cell* cell : results.cells) {
      const metric::Counts& test = cell->record->test;
      if (test.total[k] == 0) continue;
      sum += 100.0 * static_cast<double>(test.correct[k]) / static_cast<double>(test.total[k]);
      ++seeds;
    }
    if (seeds == 0 || counts[k] < 1) continue;
    const double log_count = std::log(static_cast<double>(counts[k]));
    const double number = width > 0 ? std::min(kSteps - 1, std::floor((log_count - low) / width)) : 0;
    Step& step = steps[static_cast<int>(number)];
    step.log_count += log_count;
    step.percent += sum / seeds;
    ++step.classes;
  }
  Series series = series_of(results.method.learning);
  for (const auto& [number, step] : steps) {
    series.x.push_back(std::exp(step.log_count / step.classes));
    series.y.push_back(step.percent / step.classes);
  }
  return series;
}

Panel tau_panel(const MethodResults& results, bool on_test) {
  Panel panel{.title = base::format("{} features", name_of(results.method)),
              .x = {.label = "tau"},
              .y = percent_axis()};
  const std::vector<double> tau =
      mean_over(results.cells, [](const Cell& cell) { return cell.record->tau.tau; });
  for (std::size_t i = 0; i < kGroups.size(); ++i) {
    const auto sweep = [i](const Cell& cell) { return cell.record->tau.*kGroups[i].sweep; };
    std::vector<double> percent = mean_over(results.cells, sweep);
    if (percent.empty() || percent.size() != tau.size()) continue;
    panel.series.push_back(
        {.label = std::string(kGroups[i].name), .style = i, .x = tau, .y = std::move(percent)});
  }
  std::set<double> chosen;
  for (const Cell* cell : results.cells) chosen.insert(cell->record->tau.chosen);
  for (const double value : chosen) panel.annotations.push_back({value, ""});
  if (!chosen.empty()) panel.annotations.front().label = on_test ? "chosen on test" : "chosen";
  return panel;
}
}  // namespace

Figure accuracy_figure(const ResultSet& set) {
  const metric::ShotLimits& limits = set.first().run->shots;
  const bool on_test = chosen_on_test(set);
  Figure figure{.name = "accuracy",
                .title = base::format("Test accuracy by strategy and sampling: {}", subject_of(set)),
                .caption = base::format("many: more than {} training images; few: fewer than {}.{}{}",
                                        limits.many_above, limits.few_below,
                                        seeds_in(set) < 2 ? "" : " Bars: one standard deviation over seeds.",
                                        on_test ? " On test: tau was chosen on it." : ""),
                .columns = 2};
  const std::vector<RepresentationResults> results = representations_of(set);
  for (const Group& group : kGroups) {
    Panel panel{.title = std::string(group.name), .y = percent_axis()};
    const auto ticks = add_strategy_ticks(results, on_test, panel.x);
    for (std::size_t i = 1; i < ticks.size(); ++i) {
      panel.annotations.push_back({static_cast<double>(i) - 0.5, ""});
    }
    const auto width = static_cast<double>(results.size());
    for (std::size_t i = 0; i < results.size(); ++i) {
      const double aside = 0.8 * ((static_cast<double>(i) + 0.5) / width - 0.5);
      Series series = dots(results[i], group, aside, ticks);
      if (!series.x.empty()) panel.series.push_back(std::move(series));
    }
    if (!panel.series.empty()) figure.panels.push_back(std::move(panel));
  }
  share_top(figure.panels);
  return figure;
}

Figure accuracy_by_count_figure(const ResultSet& set) {
  Figure figure{.name = "accuracy_by_count",
                .title = base::format("Test accuracy by training images of the class: {}", subject_of(set)),
                .caption = "Mean over classes with about as many training images." + seeds_sentence(set),
                .columns = 2};
  const record::RunRecord& run = *set.first().run;
  for (const auto& [representation, methods] : representations_of(set)) {
    const auto [least, most] = range_of(run.class_counts);
    Panel panel{.title = base::format("{} features", name_of(representation)),
                .x = {.label = "training images of the class",
                      .scale = Scale::logarithmic,
                      .from = 0.8 * least,
                      .to = 1.25 * most},
                .y = percent_axis(),
                .annotations = {{static_cast<double>(run.shots.few_below), "few", PanelSide::left},
                                {static_cast<double>(run.shots.many_above), "many", PanelSide::right}}};
    std::erase_if(panel.annotations, [&run](const Annotation& limit) {
      const auto [low, high] = std::ranges::minmax(run.class_counts);
      return limit.at <= static_cast<double>(low) || limit.at >= static_cast<double>(high);
    });
    for (const MethodResults& results : methods) {
      Series series = accuracy_by_count(run.class_counts, results);
      if (!series.x.empty()) panel.series.push_back(std::move(series));
    }
    if (!panel.series.empty()) figure.panels.push_back(std::move(panel));
  }
  share_top(figure.panels);
  return figure;
}

Figure tau_figure(const ResultSet& set) {
  const bool on_test = chosen_on_test(set);
  Figure figure{.name = "tau",
                .title = base::format("Test accuracy by tau: {}", subject_of(set)),
                .caption = (on_test ? "The test set served as validation, so tau was chosen on it."
                                    : "tau is chosen by validation accuracy; the test values are for the "
                                      "figure only.") +
                           seeds_sentence(set),
                .columns = 2};
  std::set<config::LearningKind> strategies;
  for (const Cell* cell : set.cells) {
    if (has_tau(*cell)) strategies.insert(cell->key.learning);
  }
  for (const auto& [representation, methods] : representations_of(set)) {
    for (const MethodResults& results : methods) {
      if (!has_tau(*results.cells.front())) continue;
      Panel panel = tau_panel(results, on_test);
      if (panel.series.empty()) continue;
      if (strategies.size() > 1)
        panel.title += base::format(", {}", config::name_of(results.method.learning));
      figure.panels.push_back(std::move(panel));
    }
  }
  share_top(figure.panels);
  return figure;
}

}  // namespace ltr::report
