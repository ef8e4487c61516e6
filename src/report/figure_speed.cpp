// SPDX-License-Identifier: Apache-2.0
// Figures of speed: of each training, and of a run on several numbers of ranks.
#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "base/format.hpp"
#include "report/figures.hpp"

namespace ltr::report {
namespace {
struct Phase {
  std::string_view name;
  double record::EpochRow::* member;
};
constexpr std::array<Phase, 4> kPhases{{
    {"step", &record::EpochRow::step_s},
    {"waiting for data", &record::EpochRow::wait_s},
    {"exchange", &record::EpochRow::exchange_s},
    {"evaluation", &record::EpochRow::evaluation_s},
}};

/// A training, which has a box in each panel, with the epochs that count there.
struct Training {
  std::string name;
  std::vector<const record::EpochRow*> epochs;
};

void add_epochs(Training& training, const record::TrainingRecord& record) {
  for (const record::EpochRow& row : record.epochs) training.epochs.push_back(&row);
}

double mean(const Training& training, double record::EpochRow::* member) {
  double sum = 0;
  for (const record::EpochRow* row : training.epochs) sum += row->*member;
  return sum / static_cast<double>(training.epochs.size());
}

/// Stage 1 of a representation, then the strategies that train on it.
std::vector<Training> trainings_on(const Stage1Results& stage_1,
                                   const std::vector<RepresentationResults>& results) {
  std::vector<Training> trainings{{"stage 1", {}}};
  for (const record::Stage1Record* seed : stage_1.seeds) add_epochs(trainings.front(), seed->training);
  for (const auto& [representation, methods] : results) {
    if (representation != stage_1.representation) continue;
    for (const auto& [method, cells] : methods) {
      Training& training =
          trainings.emplace_back(Training{std::string(config::name_of(method.learning)), {}});
      for (const Cell* cell : cells) add_epochs(training, cell->record->training);
    }
  }
  std::erase_if(trainings, [](const Training& training) { return training.epochs.empty(); });
  return trainings;
}

Panel boxes_panel(const std::vector<Training>& trainings, const std::string& title, const std::string& y) {
  Panel panel{.title = title,
              .x = {.from = -0.6,
                    .to = static_cast<double>(trainings.size()) - 0.4,
                    .tick_labels = TickLabels::slanted},
              .y = {.label = y, .from = 0}};
  for (std::size_t i = 0; i < trainings.size(); ++i) {
    panel.x.ticks.push_back({static_cast<double>(i), trainings[i].name});
  }
  return panel;
}

/// Adds boxes from `tops`, of the ones before, to their own tops.
void add_boxes(Panel& panel, const std::vector<Training>& trainings, const Phase& phase,
               std::vector<double>& tops) {
  Series series{
      .label = std::string(phase.name), .mark = Mark::boxes, .style = panel.series.size(), .box_width = 0.7};
  for (std::size_t i = 0; i < trainings.size(); ++i) {
    series.x.push_back(static_cast<double>(i));
    series.low.push_back(tops[i]);
    tops[i] += mean(trainings[i], phase.member);
  }
  series.y = series.high = tops;
  panel.series.push_back(std::move(series));
}

/// 0: the record does not say.
int ranks_of(const record::RunRecord& run) {
  const auto entry = run.environment.find("ranks");
  int ranks = 0;
  if (entry == run.environment.end()) return ranks;
  std::from_chars(entry->second.data(), entry->second.data() + entry->second.size(), ranks);
  return ranks;
}

/// Mean over the epochs of all stage 1s; by ranks, with the values of several records.
std::map<int, std::vector<double>> rates_by_ranks(const std::vector<const RunView*>& runs) {
  std::map<int, std::vector<double>> rates;
  for (const RunView* view : runs) {
    Training all;
    for (const record::Stage1Record& stage_1 : view->run->stage_1) add_epochs(all, stage_1.training);
    const int ranks = ranks_of(*view->run);
    if (ranks >= 1 && !all.epochs.empty()) rates[ranks].push_back(mean(all, &record::EpochRow::images_per_s));
  }
  return rates;
}

Figure speed_figure(const ResultSet& set) {
  Figure figure{.name = "speed",
                .title = base::format("Speed of training: {}", subject_of(set)),
                .caption =
                    "Means over epochs and seeds, of the slowest rank. Strategies that train in one pass "
                    "share its times.",
                .columns = 2};
  std::vector<Panel> rates;
  std::vector<Panel> phases;
  const std::vector<RepresentationResults> results = representations_of(set);
  for (const Stage1Results& stage_1 : stage_1s_of(set)) {
    const std::vector<Training> trainings = trainings_on(stage_1, results);
    if (trainings.empty()) continue;
    const std::string title = name_of(stage_1.representation);
    std::vector<double> floor(trainings.size(), 0);
    rates.push_back(boxes_panel(trainings, title, "images/s"));
    add_boxes(rates.back(), trainings, {"", &record::EpochRow::images_per_s}, floor);
    std::vector<double> tops(trainings.size(), 0);
    phases.push_back(boxes_panel(trainings, title, "s per epoch"));
    for (const Phase& phase : kPhases) add_boxes(phases.back(), trainings, phase, tops);
  }
  share_top(rates);
  share_top(phases);
  for (std::size_t i = 0; i < rates.size(); ++i) {
    figure.panels.push_back(std::move(rates[i]));
    figure.panels.push_back(std::move(phases[i]));
  }
  return figure;
}
}  // namespace

std::vector<Figure> speed_figures(const Results& results, const std::vector<const RunView*>& runs) {
  // A mean over several numbers of ranks would be the speed of none of them.
  std::map<int, std::vector<const RunView*>> by_ranks;
  for (const RunView* view : runs) by_ranks[ranks_of(*view->run)].push_back(view);
  std::vector<Figure> figures;
  for (const auto& [ranks, some] : by_ranks) {
    Figure& figure = figures.emplace_back(speed_figure(result_set(results, some, {})));
    if (by_ranks.size() == 1) break;
    const std::string number = ranks < 1 ? "unknown" : std::to_string(ranks);
    const std::string_view unit = ranks == 1 ? "rank" : "ranks";
    figure.name += base::format("_{}_{}", number, unit);
    figure.title += base::format("; {} {}", number, unit);
  }
  return figures;
}

Figure scaling_figure(const std::vector<const RunView*>& runs) {
  Figure figure{.name = "scaling",
                .title = base::format("Stage 1 on several numbers of ranks: {}", runs.front()->run->backbone),
                .caption =
                    "Images per second, mean over epochs; efficiency is against the fewest ranks, which "
                    "stand for 100 % each. One point a record.",
                .columns = 2};
  const auto rates = rates_by_ranks(runs);
  if (rates.size() < 2) return figure;
  PanelAxis ranks{.label = "ranks", .scale = Scale::logarithmic};
  Series measured{.label = "measured", .mark = Mark::points, .style = 0};
  Series ideal{.label = "ideal", .mark = Mark::line, .style = kReferenceStyle};
  Series efficiency = measured;
  Series whole = ideal;
  const auto& [fewest, first_rates] = *rates.begin();
  std::vector<Tick> rate_ticks;
  double per_rank = 0;
  for (const double rate : first_rates) per_rank += rate / fewest / static_cast<double>(first_rates.size());
  for (const auto& [count, values] : rates) {
    ranks.ticks.push_back({static_cast<double>(count), std::to_string(count)});
    ideal.x.push_back(count);
    ideal.y.push_back(per_rank * count);
    rate_ticks.push_back(
        {ideal.y.back(), base::format(ideal.y.back() < 100 ? "{:.3g}" : "{:.0f}", ideal.y.back())});
    whole.x.push_back(count);
    whole.y.push_back(100);
    for (const double value : values) {
      measured.x.push_back(count);
      measured.y.push_back(value);
      efficiency.x.push_back(count);
      efficiency.y.push_back(100 * value / count / per_rank);
    }
  }
  ranks.from = rates.begin()->first / 1.3;
  ranks.to = rates.rbegin()->first * 1.3;
  const double least = std::min(ideal.y.front(), std::ranges::min(measured.y));
  const double most = std::max(ideal.y.back(), std::ranges::max(measured.y));
  constexpr double kAir = 1.3;
  figure.panels.push_back({.title = "images per second",
                           .x = ranks,
                           .y = {.label = "images/s",
                                 .scale = Scale::logarithmic,
                                 .from = least / kAir,
                                 .to = kAir * most,
                                 .ticks = rate_ticks},
                           .series = {ideal, measured}});
  figure.panels.push_back({.title = "efficiency",
                           .x = ranks,
                           .y = {.label = "% of ideal", .from = 0},
                           .series = {whole, efficiency}});
  return figure;
}

}  // namespace ltr::report
