// SPDX-License-Identifier: Apache-2.0
#include "report/table_kind.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::report {
namespace {
std::vector<std::string_view> cifar_sets() {
  std::vector<std::string_view> names;
  for (const PublicSet& set : public_sets()) {
    if (set.name.starts_with("cifar")) names.push_back(set.name);
  }
  return names;
}

std::vector<TableKind> make_kinds() {
  using enum Axis;
  const std::vector<Axis> grid{sampling, learning};
  const std::vector<Axis> measures{measure};
  std::vector<TableKind> kinds;
  const auto add = [&kinds](std::string_view name, std::string_view help) -> TableKind& {
    kinds.push_back({.name = name,
                     .help = help,
                     .datasets = {},
                     .rows = {},
                     .columns = {},
                     .strategies = "",
                     .published = {}});
    return kinds.back();
  };
  const auto of_paper = [&add](std::string_view name, std::string_view help) -> TableKind& {
    TableKind& kind = add(name, help);
    kind.published = {name};
    return kind;
  };

  TableKind& whole = add("grid", "sampling x learning: many, medium, few, all, balanced");
  whole.rows = grid;
  whole.columns = measures;
  whole.measures = MeasureSet::groups_and_balanced;
  whole.published = {"figure_1", "table_3", "table_4", "appendix", "table_2", "table_1", "cifar_lt"};
  whole.beside = Beside::same_network;

  TableKind& figure_1 = of_paper("figure_1", "ImageNet-LT: sampling x learning");
  figure_1.datasets = {"imagenet_lt"};
  figure_1.rows = grid;
  figure_1.columns = measures;

  TableKind& table_1 = of_paper("table_1", "ImageNet-LT: which part of the network is retrained");
  table_1.datasets = {"imagenet_lt"};
  table_1.rows = {learning};
  table_1.columns = measures;
  table_1.samplings = Samplings::instance_balanced;
  table_1.strategies = "finetune_";

  TableKind& table_2 = of_paper("table_2", "ImageNet-LT: learning by backbone");
  table_2.datasets = {"imagenet_lt"};
  table_2.rows = {learning};
  table_2.columns = {backbone, measure};
  table_2.measures = MeasureSet::all;
  table_2.samplings = Samplings::instance_balanced;

  TableKind& table_3 = of_paper("table_3", "iNaturalist 2018: learning by backbone and epochs");
  table_3.datasets = {"inaturalist18"};
  table_3.rows = {learning};
  table_3.columns = {backbone, epochs, measure};
  table_3.measures = MeasureSet::all;
  table_3.samplings = Samplings::instance_balanced;

  TableKind& table_4 = of_paper("table_4", "Places-LT: learning");
  table_4.datasets = {"places_lt"};
  table_4.rows = {learning};
  table_4.columns = measures;
  table_4.samplings = Samplings::instance_balanced;

  TableKind& cifar_lt =
      of_paper("cifar_lt", "CIFAR-10-LT and CIFAR-100-LT: sampling x learning by imbalance");
  cifar_lt.datasets = cifar_sets();
  cifar_lt.rows = grid;
  cifar_lt.columns = {dataset, measure};
  cifar_lt.measures = MeasureSet::all;

  TableKind& quality = add("quality", "top-1, top-5, balanced error and calibration error (ECE)");
  quality.rows = grid;
  quality.columns = measures;
  quality.measures = MeasureSet::quality;

  TableKind& shifted = add("shifted", "top-1 under test distributions from forward 50 to backward 50");
  shifted.rows = grid;
  shifted.columns = measures;
  shifted.measures = MeasureSet::shifted;

  TableKind& classes = add("classes", "top-1 of each class");
  classes.rows = measures;
  classes.columns = grid;
  classes.measures = MeasureSet::classes;
  return kinds;
}

bool all_equal(const std::vector<RunView>& views, auto&& value) {
  return std::ranges::all_of(views, [&](const RunView& view) { return value(view) == value(views.front()); });
}

/// Figure 1, table 1 or both, by the strategies that the records were to have.
std::vector<std::string> tables_of_figure_1s_network(const std::vector<RunView>& views) {
  std::vector<std::string> tables;
  const auto add = [&](std::string_view name, bool of_table_1) {
    const std::string_view start = table_kind("table_1").strategies;
    const bool wanted = std::ranges::any_of(views, [&](const RunView& view) {
      return std::ranges::any_of(view.configuration.grid.learning, [&](config::LearningKind learning) {
        return config::name_of(learning).starts_with(start) == of_table_1;
      });
    });
    if (wanted) tables.emplace_back(name);
  };
  add("figure_1", false);
  add("table_1", true);
  return tables;
}
}  // namespace

std::string_view name_of(Axis axis) {
  switch (axis) {
    case Axis::dataset:
      return "dataset";
    case Axis::backbone:
      return "backbone";
    case Axis::epochs:
      return "epochs";
    case Axis::sampling:
      return "sampling";
    case Axis::learning:
      return "learning";
    case Axis::measure:
      return "measure";
  }
  return "?";
}

bool TableKind::has(Axis axis) const {
  return std::ranges::find(rows, axis) != rows.end() || std::ranges::find(columns, axis) != columns.end();
}

bool TableKind::takes(const RunView& view) const {
  return datasets.empty() || std::ranges::find(datasets, view.dataset) != datasets.end();
}

bool TableKind::shows(config::SamplingKind sampling, std::string_view strategy) const {
  const bool sampled = samplings == Samplings::every || sampling == config::SamplingKind::instance_balanced;
  return sampled && strategy.starts_with(strategies);
}

std::span<const TableKind> table_kinds() {
  static const std::vector<TableKind> kinds = make_kinds();
  return kinds;
}

const TableKind& table_kind(std::string_view name) {
  const auto kinds = table_kinds();
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

}  // namespace ltr::report
