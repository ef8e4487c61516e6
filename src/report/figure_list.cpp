// SPDX-License-Identifier: Apache-2.0
#include "report/figure_list.hpp"

#include <cctype>
#include <map>
#include <set>
#include <utility>

#include "base/check.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "report/alike.hpp"

namespace ltr::report {
namespace {
void add(FigureList& list, Figure figure) {
  if (!is_empty(figure)) list.figures.push_back(std::move(figure));
}

void add_figures(FigureList& list, const Runs& runs) {
  const Pool pool = pool_of(runs);
  add(list, accuracy_figure(pool));
  add(list, accuracy_by_count_figure(pool));
  add(list, draw_probability_figure(pool));
  add(list, weight_norms_figure(pool));
  add(list, tau_figure(pool));
  add(list, learning_curves_figure(pool));
  add(list, reliability_figure(pool));
  for (Figure& figure : speed_figures(runs)) add(list, std::move(figure));
  add(list, scaling_figure(runs));
}

/// Records of the same values of the keys that tell records apart.
struct Group {
  const RunView* first = nullptr;
  Runs runs;
};

std::vector<Group> groups_of(const std::vector<RunView>& views, const Apart& apart) {
  std::vector<Group> groups;
  std::map<std::vector<std::string>, std::size_t> numbers;
  for (const RunView& view : views) {
    const auto [number, fresh] = numbers.emplace(place_of(view, apart), groups.size());
    if (fresh) groups.push_back({&view, {}});
    groups[number->second].runs.push_back(view.run);
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

void add_by_groups(FigureList& list, const std::vector<RunView>& views, const std::vector<std::string>& by) {
  const std::vector<Group> groups = groups_of(views, {.keys = by});
  if (groups.size() == 1) return add_figures(list, groups.front().runs);
  constexpr std::size_t kMostGroups = 40;
  if (groups.size() > kMostGroups) {
    list.left_out.push_back(
        base::format("no figures: --by tells {} groups of records apart, each with figures of its own, and "
                     "drawing those of "
                     "more than {} takes hours; give fewer records, or fewer keys",
                     groups.size(), kMostGroups));
    return;
  }
  std::set<std::string> taken;
  for (const Group& group : groups) {
    const std::string wanted = suffix_of(*group.first, by);
    std::string suffix = wanted;
    for (int number = 2; !taken.insert(suffix).second; ++number) {
      suffix = base::format("{}_{}", wanted, number);
    }
    const std::size_t before = list.figures.size();
    add_figures(list, group.runs);
    for (std::size_t i = before; i < list.figures.size(); ++i) {
      list.figures[i].name += suffix;
      list.figures[i].title += base::format("; {}", title_of(*group.first, by));
    }
  }
}
}  // namespace

FigureList figures_of(const std::vector<record::RunRecord>& runs, const std::vector<std::string>& by,
                      std::span<const std::string> files) {
  LTR_EXPECT(!runs.empty());
  FigureList list;
  const std::vector<RunView> views = views_of(runs, files);
  try {
    check_alike(views, {.keys = by});
  } catch (const base::ConfigError& error) {
    add(list, scaling_figure(all_of(runs)));
    list.left_out.push_back(base::format("{} can be drawn of these records together: {}",
                                         list.figures.empty() ? "no figure" : "only scaling", error.what()));
    return list;
  }
  add_by_groups(list, views, by);
  return list;
}

}  // namespace ltr::report
