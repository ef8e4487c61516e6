// SPDX-License-Identifier: Apache-2.0
// Figures of speed: of each training, and of a run on several numbers of ranks.
#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "base/format.hpp"
#include "report/figure_list.hpp"

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

/// A place of the x axis with the epochs that count there.
struct Place {
  std::string name;
  std::vector<const record::EpochRow*> rows;
};

void add_rows(Place& place, const record::TrainingRecord& training) {
  for (const record::EpochRow& row : training.epochs) place.rows.push_back(&row);
}

double mean(const Place& place, double record::EpochRow::* member) {
  double sum = 0;
  for (const record::EpochRow* row : place.rows) sum += row->*member;
  return sum / static_cast<double>(place.rows.size());
}

/// Stage 1 of a sampling, then the strategies that train on it.
std::vector<Place> places_of(const Pool& pool, const Stage1s& stage_1) {
  std::vector<Place> places{{"stage 1", {}}};
  for (const record::Stage1Record* seed : stage_1.seeds) add_rows(places.front(), seed->training);
  for (const Strategy* strategy : strategies_of(pool, stage_1.sampling)) {
    Place& place = places.emplace_back(Place{std::string(config::name_of(strategy->learning)), {}});
    for (const record::CellRecord* cell : strategy->cells) add_rows(place, cell->training);
  }
  std::erase_if(places, [](const Place& place) { return place.rows.empty(); });
  return places;
}

PanelAxis places_axis(const std::vector<Place>& places) {
  PanelAxis axis{.label = {}, .from = -0.6, .to = static_cast<double>(places.size()) - 0.4};
  for (std::size_t i = 0; i < places.size(); ++i)
    axis.ticks.push_back({static_cast<double>(i), places[i].name});
  axis.tick_labels = TickLabels::slanted;
  return axis;
}

/// Boxes from the top of the ones before to a phase's own top.
Series phase_boxes(const std::vector<Place>& places, const Phase& phase, std::size_t look,
                   std::vector<double>& tops) {
  Series series{.label = std::string(phase.name), .mark = Mark::boxes, .look = look, .box_width = 0.7};
  for (std::size_t i = 0; i < places.size(); ++i) {
    const double top = tops[i] + mean(places[i], phase.member);
    series.x.push_back(static_cast<double>(i));
    series.y.push_back(top);
    series.low.push_back(tops[i]);
    series.high.push_back(top);
    tops[i] = top;
  }
  return series;
}

Panel rate_panel(const std::vector<Place>& places, std::string_view title) {
  Panel panel{.title = std::string(title), .x = places_axis(places), .y = {.label = "images/s", .from = 0}};
  Series rates{.label = {}, .mark = Mark::boxes, .look = 0, .box_width = 0.7};
  for (std::size_t i = 0; i < places.size(); ++i) {
    rates.x.push_back(static_cast<double>(i));
    rates.y.push_back(mean(places[i], &record::EpochRow::images_per_s));
  }
  rates.low.assign(rates.y.size(), 0);
  rates.high = rates.y;
  panel.series.push_back(std::move(rates));
  return panel;
}

Panel phases_panel(const std::vector<Place>& places, std::string_view title) {
  Panel panel{
      .title = std::string(title), .x = places_axis(places), .y = {.label = "s per epoch", .from = 0}};
  std::vector<double> tops(places.size(), 0);
  for (std::size_t i = 0; i < kPhases.size(); ++i) {
    panel.series.push_back(phase_boxes(places, kPhases[i], i, tops));
  }
  return panel;
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
std::map<int, std::vector<double>> rates_by_ranks(const Runs& runs) {
  std::map<int, std::vector<double>> rates;
  for (const record::RunRecord* run : runs) {
    Place all;
    for (const record::Stage1Record& stage_1 : run->stage_1) add_rows(all, stage_1.training);
    if (ranks_of(*run) < 1 || all.rows.empty()) continue;
    rates[ranks_of(*run)].push_back(mean(all, &record::EpochRow::images_per_s));
  }
  return rates;
}

Figure speed_figure(const Pool& pool) {
  Figure figure{.name = "speed",
                .title = base::format("Speed of training: {}", pool.subject),
                .caption =
                    "Means over epochs and seeds, of the slowest rank. Strategies that train in one pass "
                    "share its times.",
                .columns = 2};
  std::vector<Panel> rates;
  std::vector<Panel> phases;
  for (const Stage1s& stage_1 : pool.stage_1) {
    const std::vector<Place> places = places_of(pool, stage_1);
    if (places.empty()) continue;
    rates.push_back(rate_panel(places, config::name_of(stage_1.sampling)));
    phases.push_back(phases_panel(places, config::name_of(stage_1.sampling)));
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

std::vector<Figure> speed_figures(const Runs& runs) {
  // A mean over several numbers of ranks would be the speed of none of them.
  std::map<int, Runs> by_ranks;
  for (const record::RunRecord* run : runs) by_ranks[ranks_of(*run)].push_back(run);
  std::vector<Figure> figures;
  for (const auto& [ranks, some] : by_ranks) {
    Figure& figure = figures.emplace_back(speed_figure(pool_of(some)));
    if (by_ranks.size() == 1) break;
    const std::string number = ranks < 1 ? "unknown" : std::to_string(ranks);
    const std::string_view unit = ranks == 1 ? "rank" : "ranks";
    figure.name += base::format("_{}_{}", number, unit);
    figure.title += base::format("; {} {}", number, unit);
  }
  return figures;
}

Figure scaling_figure(const Runs& runs) {
  Figure figure{.name = "scaling",
                .title = base::format("Stage 1 on several numbers of ranks: {}", runs.front()->backbone),
                .caption =
                    "Images per second, mean over epochs; efficiency is against the fewest ranks, which "
                    "stand for 100 % each. One point a record.",
                .columns = 2};
  const auto rates = rates_by_ranks(runs);
  if (rates.size() < 2) return figure;
  PanelAxis ranks{.label = "ranks", .scale = Scale::logarithmic};
  Series measured{.label = "measured", .mark = Mark::points, .look = 0};
  Series ideal{.label = "ideal", .mark = Mark::line, .look = kReferenceLook};
  Series efficiency = measured;
  Series whole = ideal;
  const auto& [fewest, first_rates] = *rates.begin();
  std::vector<Tick> rate_ticks;
  double per_rank = 0;
  for (const double rate : first_rates) per_rank += rate / fewest / static_cast<double>(first_rates.size());
  for (const auto& [count, values] : rates) {
    ranks.ticks.push_back({static_cast<double>(count), std::to_string(count)});
    const double wanted = per_rank * count;
    rate_ticks.push_back({wanted, base::format(wanted < 100 ? "{:.3g}" : "{:.0f}", wanted)});
    ideal.x.push_back(count);
    ideal.y.push_back(per_rank * count);
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
