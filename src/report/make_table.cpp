// SPDX-License-Identifier: Apache-2.0
#include "report/make_table.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/format.hpp"
#include "report/alike.hpp"
#include "report/beside.hpp"
#include "report/cells.hpp"
#include "report/differences.hpp"
#include "report/facts.hpp"
#include "report/pivot.hpp"

namespace ltr::report {
namespace {
void check_keys(const RunView& view, const std::vector<std::string>& by) {
  std::vector<std::string> known;
  for (const config::KeyText& key : view.keys) known.push_back(key.path);
  for (const std::string& key : by) {
    if (std::ranges::find(known, key) != known.end()) continue;
    const std::string nearest = base::nearest_word(key, known);
    throw base::ConfigError(
        base::format("--by {}: the configuration has no such key, so records cannot be told apart by it; "
                     "give one of those that differ, as stage_1.learning_rate{}",
                     key, nearest.empty() ? "" : base::format(" (did you mean {}?)", nearest)));
  }
}

/// The records that the kind is of. Throws: ConfigError if there are none.
std::vector<RunView> taken_by(const TableKind& kind, const std::vector<RunView>& views,
                              std::vector<std::string>& notes) {
  std::vector<RunView> taken;
  std::set<std::string> others;
  for (const RunView& view : views) {
    if (kind.takes(view)) {
      taken.push_back(view);
    } else {
      others.insert(view.dataset);
    }
  }
  const std::string left_out = base::join(std::vector<std::string>(others.begin(), others.end()), ", ");
  if (!taken.empty()) {
    if (!others.empty()) notes.push_back(base::format("left out: records of {}", left_out));
    return taken;
  }
  const std::vector<std::string> wanted(kind.datasets.begin(), kind.datasets.end());
  throw base::ConfigError(
      base::format("--table {}: the records are of {}, and the table is of {}, so it would be empty; choose "
                   "another table, as grid",
                   kind.name, left_out, base::join(wanted, ", ")));
}

/// Throws: ConfigError if the records' classes have no rows in common.
void check_classes(const TableKind& kind, const std::vector<RunView>& views) {
  if (kind.measures != MeasureSet::classes) return;
  const record::RunRecord& first = *views.front().run;
  for (const RunView& view : views) {
    if (view.run->class_names == first.class_names && view.run->class_counts == first.class_counts) continue;
    throw base::ConfigError(base::format(
        "--table {}: records {} and {} are of other classes, which have no rows in common; report "
        "them one by one",
        kind.name, views.front().name, view.name));
  }
}

/// A table being filled: each place holds the complete cells of its seeds.
class Filling {
 public:
  Filling(const TableKind& kind, const std::vector<RunView>& views, std::vector<Cell> cells,
          const TableOptions& options, Table& table)
      : kind_(kind),
        options_(options),
        table_(table),
        cells_(std::move(cells)),
        measures_(measures_of(kind.measures, views.front())),
        rows_(kind.rows, Side::By::first),
        columns_(kind.columns, Side::By::ignored) {
    for (const RunView& view : views) views_.push_back(&view);
    std::erase_if(cells_, [&kind](const Cell& cell) {
      return !kind.shows(cell.sampling, config::name_of(cell.learning));
    });
    by_row_ = std::ranges::find(kind.rows, Axis::measure) != kind.rows.end();
  }

  void fill() {
    const std::vector<EligibleRow> published = eligible_rows(kind_, views_, options_);
    arrange(published);
    make_places();
    table_.title = title_of(kind_, views_);
    table_.facts = facts_of(kind_, views_, cells_);
    table_.holes = holes_of(views_);
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      for (std::size_t column = 0; column < columns_.size(); ++column) measure(row, column);
    }
    put_beside(published);
    table_.gaps = gaps_of(cells_);
    add_absent();
    if (kind_.compares_strategies()) add_differences(table_, kind_, cells_, options_);
  }

 private:
  void arrange(const std::vector<EligibleRow>& published) {
    for (const Cell& cell : cells_) {
      const Coordinates coordinates = coordinates_of(cell, options_.by);
      rows_.add(coordinates);
      columns_.add(coordinates);
      by_.insert(coordinates.by);
    }
    if (by_.empty()) by_.insert(std::vector<std::string>(options_.by.size()));
    for (const EligibleRow& eligible : published) {
      if (!eligible.makes_place || !measure_of(*eligible.row)) continue;
      for (const auto& by : by_) {
        Coordinates coordinates = coordinates_of(*eligible.row);
        coordinates.by = by;
        rows_.add(coordinates);
        columns_.add(coordinates);
      }
    }
    rows_.arrange();
    columns_.arrange();
    held_.assign(rows_.size(), std::vector<std::vector<const Cell*>>(columns_.size()));
    for (const Cell& cell : cells_) {
      if (cell.status != CellStatus::complete) continue;
      const Coordinates coordinates = coordinates_of(cell, options_.by);
      held_[rows_.place(coordinates)][columns_.place(coordinates)].push_back(&cell);
    }
  }

  void make_places() {
    table_.label_names = options_.by;
    for (const Axis axis : kind_.rows) {
      table_.label_names.emplace_back(axis == Axis::measure ? "class" : name_of(axis));
    }
    for (const Side::Labels& labels : columns_.labels()) {
      const std::string place = base::join(labels, ", ");
      for (const Measure& measure : along_columns()) {
        const bool only = along_columns().size() == 1;
        table_.columns.push_back(place.empty() ? measure.name
                                 : only || measure.name.empty()
                                     ? place
                                     : base::format("{}, {}", place, measure.name));
      }
    }
    for (const Side::Labels& labels : rows_.labels()) {
      for (const Measure& measure : along_rows()) {
        TableRow& row = table_.rows.emplace_back();
        row.labels = labels;
        if (by_row_) row.labels.push_back(measure.name);
        row.cells.resize(table_.columns.size());
      }
    }
  }

  /// The measures on the side where they are, and one without a name on the other.
  [[nodiscard]] std::span<const Measure> along_rows() const { return by_row_ ? measures_ : none_; }
  [[nodiscard]] std::span<const Measure> along_columns() const { return by_row_ ? none_ : measures_; }

  [[nodiscard]] TableRow& row_at(std::size_t row, std::size_t measure) {
    return table_.rows[row * along_rows().size() + (by_row_ ? measure : 0)];
  }
  [[nodiscard]] TableCell& cell_at(std::size_t row, std::size_t column, std::size_t measure) {
    return row_at(row, measure).cells[column * along_columns().size() + (by_row_ ? 0 : measure)];
  }

  void measure(std::size_t row, std::size_t column) {
    const std::vector<const Cell*>& cells = held_[row][column];
    std::vector<double> percents;
    for (std::size_t m = 0; m < measures_.size(); ++m) {
      percents.clear();
      for (const Cell* cell : cells) {
        const std::optional<double> percent = measures_[m].value(*cell);
        if (!percent) continue;
        percents.push_back(*percent);
        TableCell& place = cell_at(row, column, m);
        place.cells.push_back(cell->record);
        if (place.remark.empty()) place.remark = remark_of(*cell);
      }
      cell_at(row, column, m).ours = metric::summarise(percents);
      TableRow& whole = row_at(row, m);
      whole.seeds = std::max(whole.seeds, cells.size());
    }
  }

  [[nodiscard]] std::optional<std::size_t> measure_of(const PublishedRow& row) const {
    const auto at = std::ranges::find(measures_, row.split, &Measure::name);
    if (at == measures_.end()) return std::nullopt;
    return static_cast<std::size_t>(at - measures_.begin());
  }

  void put_beside(const std::vector<EligibleRow>& published) {
    Judge judge(table_, options_.band);
    std::set<const PublishedRow*> placed;  // of those that the user gave
    for (const EligibleRow& eligible : published) {
      const std::optional<std::size_t> measure = measure_of(*eligible.row);
      if (!measure) continue;
      for (const auto& by : by_) {
        Coordinates coordinates = coordinates_of(*eligible.row);
        coordinates.by = by;
        const std::size_t row = rows_.place(coordinates);
        const std::size_t column = columns_.place(coordinates);
        if (row == rows_.size() || column == columns_.size()) continue;
        judge.put(cell_at(row, column, *measure), held_[row][column], *eligible.row);
        if (eligible.given) placed.insert(eligible.row);
      }
    }
    judge.explain();
    const std::size_t given = options_.published.size();
    if (kind_.compares_strategies() && placed.size() < given) {
      table_.notes.push_back(base::format("rows of --published that have no place in this table: {} of {}",
                                          given - placed.size(), given));
    }
  }

  /// Names the places that have published values but that no record was to fill.
  void add_absent() {
    std::set<std::pair<std::size_t, std::size_t>> asked;
    for (const Cell& cell : cells_) {
      const Coordinates coordinates = coordinates_of(cell, options_.by);
      asked.emplace(rows_.place(coordinates), columns_.place(coordinates));
    }
    std::vector<std::string> absent;
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      std::vector<std::string> without;
      bool partly = false;
      for (std::size_t column = 0; column < columns_.size(); ++column) {
        if (asked.contains({row, column})) {
          partly = true;
        } else if (has_published(row, column)) {
          without.push_back(base::join(columns_.labels()[column], " "));
        }
      }
      if (without.empty()) continue;
      absent.push_back(base::join(rows_.labels()[row], " "));
      if (partly) absent.back() += base::format(" ({})", base::join(without, ", "));
    }
    if (!absent.empty()) table_.gaps.push_back("not in the records: " + base::join(absent, "; "));
  }

  [[nodiscard]] bool has_published(std::size_t row, std::size_t column) {
    for (std::size_t m = 0; m < measures_.size(); ++m) {
      if (!cell_at(row, column, m).published.empty()) return true;
    }
    return false;
  }

  const TableKind& kind_;
  const TableOptions& options_;
  Table& table_;
  std::vector<const RunView*> views_;
  std::vector<Cell> cells_;
  std::vector<Measure> measures_;
  std::vector<Measure> none_{Measure{}};
  Side rows_, columns_;
  bool by_row_ = false;  ///< whether measures are told apart by rows
  std::set<std::vector<std::string>> by_;
  std::vector<std::vector<std::vector<const Cell*>>> held_;  ///< complete cells by row and column
};
}  // namespace

Table make_table(const TableKind& kind, const std::vector<RunView>& views, const TableOptions& options) {
  Table table;
  table.name = kind.name;
  check_keys(views.front(), options.by);
  const std::vector<RunView> taken = taken_by(kind, views, table.notes);
  std::vector<std::string> keys = options.by;
  if (kind.has(Axis::backbone)) keys.emplace_back("model.backbone");
  if (kind.has(Axis::epochs)) keys.emplace_back("stage_1.epochs");
  const Apart apart{.keys = keys, .by_data = kind.has(Axis::dataset)};
  check_alike(taken, apart);
  check_classes(kind, taken);
  Filling(kind, taken, distinct_cells_of(taken, apart), options, table).fill();
  return table;
}

}  // namespace ltr::report
