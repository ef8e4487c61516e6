// SPDX-License-Identifier: Apache-2.0
#include "report/figures.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/format.hpp"
#include "config/methods.hpp"
#include "report/compatibility.hpp"

namespace ltr::report {
namespace {
void add(FigureList& list, Figure figure) {
  if (!figure.panels.empty()) list.figures.push_back(std::move(figure));
}

void add_figures(FigureList& list, const Results& results, const std::vector<const RunView*>& runs) {
  const ResultSet set = result_set(results, runs, {});
  for (const auto make : {accuracy_figure, accuracy_by_count_figure, draw_probability_figure,
                          weight_norms_figure, tau_figure, learning_curves_figure, reliability_figure}) {
    add(list, make(set));
  }
  for (Figure& figure : speed_figures(results, runs)) add(list, std::move(figure));
  add(list, scaling_figure(runs));
}

/// The records of each group, in the order in which they come.
std::vector<std::vector<const RunView*>> groups_of(const Results& results, const GroupBy& by) {
  std::vector<std::vector<const RunView*>> groups;
  std::map<std::vector<std::string>, std::size_t> numbers;
  for (const RunView& view : results.runs()) {
    const auto [number, fresh] = numbers.emplace(group_of(view, by), groups.size());
    if (fresh) groups.emplace_back();
    groups[number->second].push_back(&view);
  }
  return groups;
}

/// "_learning_rate_0.1": the values as a file's name takes them, which others may do too.
std::string suffix_of(const RunView& view, const std::vector<std::string>& by) {
  constexpr std::size_t kLongest = 60;
  std::string suffix;
  for (const std::string& key : by) {
    suffix += "_" + key.substr(key.rfind('.') + 1) + "_";
    for (const char c : view.value_of(key)) {
      const bool plain = (std::isalnum(static_cast<unsigned char>(c)) != 0) || c == '.' || c == '-';
      if (c != '"') suffix += plain ? c : '_';
    }
  }
  return suffix.substr(0, kLongest);
}

/// "stage_1.learning_rate = 0.1"
std::string title_of(const RunView& view, const std::vector<std::string>& by) {
  std::vector<std::string> values;
  for (const std::string& key : by) values.push_back(base::format("{} = {}", key, view.value_of(key)));
  return base::join(values, ", ");
}
}  // namespace

FigureList figures_of(const Results& results, const std::vector<std::string>& by) {
  FigureList list;
  try {
    check_compatible(results.all_runs(), {.keys = by});
  } catch (const base::ConfigError& error) {
    add(list, scaling_figure(results.all_runs()));
    list.left_out.push_back(base::format("{} can be drawn of these records together: {}",
                                         list.figures.empty() ? "no figure" : "only scaling", error.what()));
    return list;
  }
  const auto groups = groups_of(results, {.keys = by});
  constexpr std::size_t kMostGroups = 40;
  if (groups.size() > kMostGroups) {
    list.left_out.push_back(
        base::format("no figures: --by tells {} groups of records apart, each with figures of its own, and "
                     "drawing those of more than {} takes hours; give fewer records, or fewer keys",
                     groups.size(), kMostGroups));
    return list;
  }
  std::set<std::string> taken;
  for (const std::vector<const RunView*>& group : groups) {
    const std::size_t before = list.figures.size();
    add_figures(list, results, group);
    if (groups.size() == 1) break;
    const std::string wanted = suffix_of(*group.front(), by);
    std::string suffix = wanted;
    for (int number = 2; !taken.insert(suffix).second; ++number) {
      suffix = base::format("{}_{}", wanted, number);
    }
    for (std::size_t i = before; i < list.figures.size(); ++i) {
      list.figures[i].name += suffix;
      list.figures[i].title += base::format("; {}", title_of(*group.front(), by));
    }
  }
  return list;
}

std::string subject_of(const ResultSet& set) {
  const record::RunRecord& first = *set.first().run;
  return base::format("{}, {}", first.data_names.at("train"), first.backbone);
}

std::size_t seeds_in(const ResultSet& set) {
  std::set<std::uint64_t> seeds;
  for (const Cell* cell : set.cells) {
    if (cell->record != nullptr) seeds.insert(cell->key.seed);
  }
  return seeds.size();
}

std::string seeds_sentence(const ResultSet& set) {
  const std::size_t seeds = seeds_in(set);
  return seeds < 2 ? "" : base::format(" Means over {} seeds.", seeds);
}

bool chosen_on_test(const ResultSet& set) {
  return std::ranges::any_of(set.runs,
                             [](const RunView* view) { return view->run->test_serves_as_validation; });
}

Series series_of(const Representation& representation) {
  const std::size_t style = static_cast<std::size_t>(representation.loss) * std::size(config::kSamplings) +
                            static_cast<std::size_t>(representation.sampling);
  return {.label = name_of(representation), .style = style};
}

Series series_of(config::LearningKind learning) {
  return {.label = std::string(config::name_of(learning)), .style = static_cast<std::size_t>(learning)};
}

void share_top(std::span<Panel> panels) {
  double top = 0;
  for (const Panel& panel : panels) {
    for (const Series& series : panel.series) {
      if (series.side != PanelSide::left) continue;
      for (const std::vector<double>* values : {&series.y, &series.high}) {
        for (const double value : *values) top = std::max(top, value);
      }
    }
  }
  constexpr double kAir = 1.06;
  if (!(top > 0)) return;
  for (Panel& panel : panels) panel.y.to = kAir * top;
}

}  // namespace ltr::report
