// SPDX-License-Identifier: Apache-2.0
#include "report/figure_pool.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/utf8.hpp"
#include "report/alike.hpp"

namespace ltr::report {
namespace {
constexpr std::size_t kNamedClasses = 12;
constexpr std::size_t kNameLength = 14;

std::string shortened(const std::string& name) {
  const std::string_view head = base::head_of_columns(name, kNameLength);
  return head.size() == name.size() ? name : std::string(head) + "…";
}

/// The element for which `matches` holds, made by `make` where there is none.
template <class Element, class Matches>
Element& found_or(std::vector<Element>& elements, const Matches& matches, Element make) {
  const auto found = std::ranges::find_if(elements, matches);
  return found == elements.end() ? elements.emplace_back(std::move(make)) : *found;
}

/// What records have brought already: another may hold the same, on another number of ranks.
struct Brought {
  std::set<CellKey> cells;
  std::set<std::pair<std::uint64_t, config::SamplingKind>> stage_1s;
};

void add_cells(Pool& pool, const record::RunRecord& run, Brought& brought) {
  for (const record::CellRecord& cell : run.cells) {
    if (!cell.error.empty() || !brought.cells.insert(key_of(cell)).second) continue;
    const auto same = [&cell](const Strategy& strategy) {
      return strategy.sampling == cell.sampling && strategy.learning == cell.learning;
    };
    found_or(pool.strategies, same, {cell.sampling, cell.learning, {}}).cells.push_back(&cell);
  }
}

void add_stage_1s(Pool& pool, const record::RunRecord& run, Brought& brought) {
  for (const record::Stage1Record& stage_1 : run.stage_1) {
    if (!brought.stage_1s.emplace(stage_1.seed, stage_1.sampling).second) continue;
    const auto same = [&stage_1](const Stage1s& other) { return other.sampling == stage_1.sampling; };
    found_or(pool.stage_1, same, {stage_1.sampling, {}}).seeds.push_back(&stage_1);
  }
}

std::size_t seeds_in(const Runs& runs) {
  std::set<std::uint64_t> seeds;
  for (const record::RunRecord* run : runs) {
    for (const record::CellRecord& cell : run->cells) seeds.insert(cell.seed);
  }
  return seeds.size();
}
}  // namespace

Runs all_of(const std::vector<record::RunRecord>& runs) {
  Runs all;
  for (const record::RunRecord& run : runs) all.push_back(&run);
  return all;
}

Pool pool_of(const Runs& runs) {
  LTR_EXPECT(!runs.empty());
  const record::RunRecord& first = *runs.front();
  const auto train = first.data_names.find("train");
  Pool pool;
  pool.subject = base::format("{}, {}", train == first.data_names.end() ? "training set" : train->second,
                              first.backbone);
  pool.seeds = seeds_in(runs);
  pool.class_counts = first.class_counts;
  pool.class_names = first.class_names;
  pool.limits = first.shots;
  pool.shots = metric::shots_of(first.class_counts, first.shots);
  pool.by_count.resize(first.class_counts.size());
  std::iota(pool.by_count.begin(), pool.by_count.end(), std::size_t{0});
  std::ranges::stable_sort(pool.by_count, std::greater(),
                           [&pool](std::size_t k) { return pool.class_counts[k]; });
  Brought brought;
  for (const record::RunRecord* run : runs) {
    pool.tau_chosen_on_test = pool.tau_chosen_on_test || run->test_serves_as_validation;
    add_cells(pool, *run, brought);
    add_stage_1s(pool, *run, brought);
  }
  std::ranges::stable_sort(pool.strategies, {}, [](const Strategy& strategy) {
    return std::pair(strategy.sampling, strategy.learning);
  });
  std::ranges::stable_sort(pool.stage_1, {}, &Stage1s::sampling);
  return pool;
}

std::vector<config::SamplingKind> samplings_of(const Pool& pool) {
  std::vector<config::SamplingKind> samplings;
  for (const Strategy& strategy : pool.strategies) {
    if (samplings.empty() || samplings.back() != strategy.sampling) samplings.push_back(strategy.sampling);
  }
  return samplings;
}

std::vector<const Strategy*> strategies_of(const Pool& pool, config::SamplingKind sampling) {
  std::vector<const Strategy*> strategies;
  for (const Strategy& strategy : pool.strategies) {
    if (strategy.sampling == sampling) strategies.push_back(&strategy);
  }
  return strategies;
}

std::size_t classes_per_place(const Pool& pool) {
  return std::max<std::size_t>(1, (pool.by_count.size() + kPlaces - 1) / kPlaces);
}

ClassRow row_by_count(const Pool& pool, std::span<const double> values) {
  LTR_EXPECT(values.size() == pool.by_count.size());
  const std::size_t width = classes_per_place(pool);
  ClassRow row;
  for (std::size_t first = 0; first < values.size(); first += width) {
    const std::size_t end = std::min(first + width, values.size());
    double sum = 0;
    for (std::size_t i = first; i < end; ++i) sum += values[pool.by_count[i]];
    row.rank.push_back(static_cast<double>(first + 1 + end) / 2);
    row.mean.push_back(sum / static_cast<double>(end - first));
  }
  return row;
}

void share_top(std::span<Panel> panels) {
  double top = 0;
  for (const Panel& panel : panels) {
    for (const Series& series : panel.series) {
      for (const std::vector<double>* values : {&series.y, &series.high}) {
        if (series.side == PanelSide::left && !values->empty())
          top = std::max(top, std::ranges::max(*values));
      }
    }
  }
  constexpr double kAir = 1.06;
  if (!(top > 0)) return;
  for (Panel& panel : panels) panel.y.to = kAir * top;
}

PanelAxis class_axis(const Pool& pool) {
  const std::size_t classes = pool.by_count.size();
  PanelAxis axis{.label = "class, by number of training images", .from = 0.5, .to = classes + 0.5};
  if (classes_per_place(pool) > 1) {
    axis.label = base::format("rank of class by training images (means of {})", classes_per_place(pool));
  }
  if (classes > kNamedClasses || pool.class_names.size() != classes) return axis;
  for (std::size_t i = 0; i < classes; ++i) {
    axis.ticks.push_back({static_cast<double>(i + 1), shortened(pool.class_names[pool.by_count[i]])});
  }
  axis.tick_labels = TickLabels::slanted;
  return axis;
}

std::vector<Guide> shot_guides(const Pool& pool) {
  const auto classes_of = [&pool](metric::Shot shot) {
    return static_cast<double>(std::ranges::count(pool.shots, shot));
  };
  const double many = classes_of(metric::Shot::many);
  const double few = classes_of(metric::Shot::few);
  const auto classes = static_cast<double>(pool.shots.size());
  std::vector<Guide> guides;
  if (many > 0 && many < classes) guides.push_back({many + 0.5, "many", PanelSide::left});
  if (few > 0 && few < classes) guides.push_back({classes - few + 0.5, "few", PanelSide::right});
  return guides;
}

std::vector<Tick> whole_ticks(double from, double to) {
  constexpr double kTicks = 8;
  double step = 1;
  for (const double grown : {2.0, 2.5, 2.0}) {
    if ((to - from) / step > kTicks) step *= grown;
  }
  while ((to - from) / step > kTicks) step *= 2;
  std::vector<Tick> ticks;
  for (double at = step > 1 ? std::ceil(from / step) * step : from; at <= to; at += step) {
    ticks.push_back({at, base::format("{:.0f}", at)});
  }
  return ticks;
}

std::string seeds_sentence(const Pool& pool) {
  return pool.seeds < 2 ? "" : base::format(" Means over {} seeds.", pool.seeds);
}

}  // namespace ltr::report
