// SPDX-License-Identifier: Apache-2.0
#include "report/tables.hpp"

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/format.hpp"
#include "metric/label_shift.hpp"

namespace ltr::report {
namespace {
using metric::AccuracyKind;
using metric::GroupAccuracy;
using metric::ShiftDirection;

constexpr std::array<AccuracyName, 5> kAccuracies{{
    {"many", AccuracyKind::many, &GroupAccuracy::many},
    {"medium", AccuracyKind::medium, &GroupAccuracy::medium},
    {"few", AccuracyKind::few, &GroupAccuracy::few},
    {"all", AccuracyKind::all, &GroupAccuracy::all},
    {"balanced", AccuracyKind::balanced, &GroupAccuracy::balanced},
}};

std::vector<std::string_view> cifar_sets() {
  std::vector<std::string_view> names;
  for (const config::PublicSet& set : config::public_sets()) {
    if (set.name.starts_with("cifar")) names.push_back(set.name);
  }
  return names;
}

/// A table of the paper; rows of its own name stand beside.
TableKind of_paper(TableKind kind) {
  kind.published = {kind.name};
  return kind;
}

std::vector<TableKind> make_kinds() {
  using enum Axis;
  using enum MeasureSet;
  const std::vector<Axis> grid{sampling, learning};
  return {
      {.name = "grid",
       .help = "sampling x learning: many, medium, few, all, balanced",
       .rows = grid,
       .columns = {measure},
       .measures = groups_and_balanced,
       .published = {"figure_1", "table_3", "table_4", "appendix", "table_2", "table_1", "cifar_lt"},
       .published_of = PublishedOf::same_network},
      of_paper({.name = "figure_1",
                .help = "ImageNet-LT: sampling x learning",
                .rows = grid,
                .columns = {measure},
                .datasets = {"imagenet_lt"}}),
      of_paper({.name = "table_1",
                .help = "ImageNet-LT: which part of the network is retrained",
                .rows = {learning},
                .columns = {measure},
                .datasets = {"imagenet_lt"},
                .representations = Representations::plain,
                .strategies = "finetune_"}),
      of_paper({.name = "table_2",
                .help = "ImageNet-LT: learning by backbone",
                .rows = {learning},
                .columns = {backbone, measure},
                .measures = all,
                .datasets = {"imagenet_lt"},
                .representations = Representations::plain}),
      of_paper({.name = "table_3",
                .help = "iNaturalist 2018: learning by backbone and epochs",
                .rows = {learning},
                .columns = {backbone, epochs, measure},
                .measures = all,
                .datasets = {"inaturalist18"},
                .representations = Representations::plain}),
      of_paper({.name = "table_4",
                .help = "Places-LT: learning",
                .rows = {learning},
                .columns = {measure},
                .datasets = {"places_lt"},
                .representations = Representations::plain}),
      of_paper({.name = "cifar_lt",
                .help = "CIFAR-10-LT and CIFAR-100-LT: sampling x learning by imbalance",
                .rows = grid,
                .columns = {dataset, measure},
                .measures = all,
                .datasets = cifar_sets()}),
      {.name = "quality",
       .help = "top-1, top-5, balanced error and calibration error (ECE)",
       .rows = grid,
       .columns = {measure},
       .measures = quality},
      {.name = "shifted",
       .help = "top-1 under test distributions from forward 50 to backward 50",
       .rows = grid,
       .columns = {measure},
       .measures = shifted},
      {.name = "classes",
       .help = "top-1 of each class",
       .rows = {measure},
       .columns = grid,
       .measures = classes},
  };
}

bool all_equal(const std::vector<RunView>& views, auto&& value) {
  return std::ranges::all_of(views, [&](const RunView& view) { return value(view) == value(views.front()); });
}

/// Figure 1, table 1 or both, by the strategies that the records were to have.
std::vector<std::string> tables_of_figure_1s_network(const std::vector<RunView>& views) {
  const std::string_view start = table_kind("table_1").strategies;
  std::vector<std::string> tables;
  for (const bool of_table_1 : {false, true}) {
    const bool wanted = std::ranges::any_of(views, [&](const RunView& view) {
      return std::ranges::any_of(view.configuration.grid.learning, [&](config::LearningKind learning) {
        return config::name_of(learning).starts_with(start) == of_table_1;
      });
    });
    if (wanted) tables.emplace_back(of_table_1 ? "table_1" : "figure_1");
  }
  return tables;
}

std::vector<Measure> accuracies(std::span<const AccuracyName> names) {
  std::vector<Measure> measures;
  for (const AccuracyName& name : names) {
    measures.push_back(
        {std::string(name.name), [member = name.member](const Cell& cell) { return cell.accuracy.*member; }});
  }
  return measures;
}

std::vector<Measure> quality_measures() {
  const auto error = [](const Cell& cell) {
    const std::optional<double> balanced = cell.accuracy.balanced;
    return balanced ? std::optional(100 - *balanced) : std::nullopt;
  };
  std::vector<Measure> measures = accuracies(std::span(kAccuracies).subspan(3, 1));
  measures.push_back({"top-5", top5_of});
  measures.push_back({"balanced error", error});
  measures.push_back({"ECE", calibration_error_of});
  return measures;
}

std::vector<Measure> shifted_measures() {
  constexpr std::array<int, 5> kRatios{50, 25, 10, 5, 2};
  std::vector<Measure> measures;
  const auto add = [&measures](const std::string& name, double ratio, ShiftDirection direction) {
    measures.push_back({name, [=](const Cell& cell) {
                          return metric::shifted_accuracy(cell.record->test, cell.view->classes_by_count,
                                                          ratio, direction);
                        }});
  };
  for (const int ratio : kRatios) add(base::format("forward {}", ratio), ratio, ShiftDirection::forward);
  add("uniform", 1, ShiftDirection::forward);
  for (std::size_t i = kRatios.size(); i-- > 0;) {
    add(base::format("backward {}", kRatios[i]), kRatios[i], ShiftDirection::backward);
  }
  return measures;
}

std::vector<Measure> class_measures(const record::RunRecord& run) {
  std::vector<Measure> measures;
  for (std::size_t k = 0; k < run.class_counts.size(); ++k) {
    const std::string name = k < run.class_names.size() ? " " + run.class_names[k] : "";
    measures.push_back({base::format("{}{}, {} training images", k, name, run.class_counts[k]),
                        [k](const Cell& cell) -> std::optional<double> {
                          const metric::Counts& test = cell.record->test;
                          if (test.total[k] == 0) return std::nullopt;
                          return 100.0 * static_cast<double>(test.correct[k]) /
                                 static_cast<double>(test.total[k]);
                        }});
  }
  return measures;
}
}  // namespace

std::string_view name_of(Axis axis) {
  constexpr std::array<std::string_view, 6> kNames{"dataset",  "backbone", "epochs",
                                                   "sampling", "learning", "measure"};
  return kNames.at(static_cast<std::size_t>(axis));
}

bool TableKind::has(Axis axis) const {
  return std::ranges::find(rows, axis) != rows.end() || std::ranges::find(columns, axis) != columns.end();
}

bool TableKind::takes(const RunView& view) const {
  return datasets.empty() || std::ranges::find(datasets, view.dataset) != datasets.end();
}

bool TableKind::shows(const Representation& representation, std::string_view strategy) const {
  return (representations == Representations::every || representation == Representation{}) &&
         strategy.starts_with(strategies);
}

const std::vector<TableKind>& table_kinds() {
  static const std::vector<TableKind> kinds = make_kinds();
  return kinds;
}

const TableKind& table_kind(std::string_view name) {
  const std::vector<TableKind>& kinds = table_kinds();
  const auto at = std::ranges::find(kinds, name, &TableKind::name);
  if (at != kinds.end()) return *at;
  std::vector<std::string> names;
  for (const TableKind& kind : kinds) names.emplace_back(kind.name);
  const std::string nearest = base::nearest_word(name, names);
  throw base::ConfigError(base::format("--table {}: no table has this name{}; choose one of {}", name,
                                       nearest.empty() ? "" : base::format(" (did you mean {}?)", nearest),
                                       base::join(names, ", ")));
}

std::vector<std::string> default_tables(const std::vector<RunView>& views) {
  const bool one_backbone = all_equal(views, [](const RunView& view) { return view.run->backbone; });
  const bool one_length =
      all_equal(views, [](const RunView& view) { return view.configuration.stage_1.epochs; });
  const bool one_set = all_equal(views, [](const RunView& view) { return view.dataset; });
  const bool figure_1 = one_backbone && views.front().run->backbone == "resnext50_32x4d";
  std::vector<std::string> tables;
  if (one_backbone && one_length && one_set) tables.emplace_back("grid");
  for (const std::string_view name : {figure_1 ? "figure_1" : "table_2", "table_3", "table_4", "cifar_lt"}) {
    const TableKind& kind = table_kind(name);
    if (!std::ranges::all_of(views, [&](const RunView& view) { return kind.takes(view); })) continue;
    if (figure_1 && name == "figure_1") {
      // It has every column of the grid but the mean over classes.
      tables = tables_of_figure_1s_network(views);
    } else {
      tables.emplace_back(name);
    }
  }
  if (tables.empty()) tables.emplace_back("grid");
  return tables;
}

std::optional<double> top5_of(const Cell& cell) { return metric::top5_percent(cell.record->test); }

std::optional<double> calibration_error_of(const Cell& cell) {
  const metric::Calibration& found = cell.record->calibration;
  return found.images.empty() ? std::nullopt : std::optional(100 * found.expected_calibration_error);
}

std::span<const AccuracyName> accuracy_names() { return kAccuracies; }

std::vector<Measure> measures_of(MeasureSet set, const RunView& view) {
  switch (set) {
    case MeasureSet::groups:
      return accuracies(std::span(kAccuracies).first(4));
    case MeasureSet::groups_and_balanced:
      return accuracies(kAccuracies);
    case MeasureSet::all:
      return accuracies(std::span(kAccuracies).subspan(3, 1));
    case MeasureSet::quality:
      return quality_measures();
    case MeasureSet::shifted:
      return shifted_measures();
    case MeasureSet::classes:
      break;
  }
  return class_measures(*view.run);
}

}  // namespace ltr::report
