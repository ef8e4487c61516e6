// SPDX-License-Identifier: Apache-2.0
#include "report/table_builder.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/format.hpp"
#include "report/axis_index.hpp"
#include "report/comparison.hpp"
#include "report/compatibility.hpp"
#include "report/differences.hpp"
#include "report/facts.hpp"

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
std::vector<const RunView*> taken_by(const TableKind& kind, const Results& results,
                                     std::vector<std::string>& notes) {
  std::vector<const RunView*> taken;
  std::set<std::string> others;
  for (const RunView& view : results.runs()) {
    if (kind.takes(view)) {
      taken.push_back(&view);
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
void check_classes(const TableKind& kind, const std::vector<const RunView*>& runs) {
  if (kind.measures != MeasureSet::classes) return;
  const record::RunRecord& first = *runs.front()->run;
  for (const RunView* view : runs) {
    if (view->run->class_names == first.class_names && view->run->class_counts == first.class_counts)
      continue;
    throw base::ConfigError(base::format(
        "--table {}: records {} and {} are of other classes, which have no rows in common; report "
        "them one by one",
        kind.name, runs.front()->name, view->name));
  }
}

/// The cells of a table, by row and column, where each column of the index may have several measures, or each
/// row of it.
class TableBuilder {
 public:
  TableBuilder(const TableKind& kind, const ResultSet& set, const TableOptions& options, Table& table)
      : kind_(kind),
        options_(options),
        table_(table),
        set_(set),
        measures_(measures_of(kind.measures, set.first())),
        rows_(kind.rows, AxisIndex::By::first),
        columns_(kind.columns, AxisIndex::By::ignored),
        measures_in_rows_(std::ranges::find(kind.rows, Axis::measure) != kind.rows.end()) {}

  void build() {
    const std::vector<EligibleRow> published = eligible_rows(kind_, set_.runs, options_.published);
    index(published);
    make_rows();
    table_.title = title_of(kind_, set_);
    table_.facts = facts_of(kind_, set_);
    table_.defects = defects_of(set_);
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      for (std::size_t column = 0; column < columns_.size(); ++column) measure(row, column);
    }
    add_published(published);
    table_.gaps = gaps_of(set_);
    add_absent();
    if (kind_.compares_strategies()) add_differences(table_, kind_, set_, options_);
  }

 private:
  void add_to_index(const Coordinates& coordinates) {
    rows_.add(coordinates);
    columns_.add(coordinates);
  }

  /// Finds rows and columns, and which cells stand where.
  void index(const std::vector<EligibleRow>& published) {
    std::vector<Coordinates> of_cells;
    for (const Cell* cell : set_.cells) {
      add_to_index(of_cells.emplace_back(coordinates_of(*cell, options_.by)));
      by_.insert(of_cells.back().by);
    }
    if (by_.empty()) by_.insert(std::vector<std::string>(options_.by.size()));
    for (const EligibleRow& eligible : published) {
      if (!eligible.adds_axes || !measure_of(*eligible.row)) continue;
      for (const auto& by : by_) add_to_index(coordinates_of(*eligible.row, by));
    }
    rows_.arrange();
    columns_.arrange();
    held_.assign(rows_.size(), std::vector<CellList>(columns_.size()));
    asked_.assign(rows_.size(), std::vector<bool>(columns_.size()));
    for (std::size_t i = 0; i < of_cells.size(); ++i) {
      const std::size_t row = rows_.find(of_cells[i]);
      const std::size_t column = columns_.find(of_cells[i]);
      asked_[row][column] = true;
      if (set_.cells[i]->complete()) held_[row][column].push_back(set_.cells[i]);
    }
  }

  void make_rows() {
    table_.label_names = options_.by;
    for (const Axis axis : kind_.rows) {
      table_.label_names.emplace_back(axis == Axis::measure ? "class" : name_of(axis));
    }
    for (const AxisIndex::Labels& labels : columns_.labels()) {
      const std::string name = base::join(labels, ", ");
      for (const Measure& measure : along_columns()) {
        const bool only = along_columns().size() == 1;
        table_.columns.push_back(name.empty()                   ? measure.name
                                 : only || measure.name.empty() ? name
                                                                : base::format("{}, {}", name, measure.name));
      }
    }
    for (const AxisIndex::Labels& labels : rows_.labels()) {
      for (const Measure& measure : along_rows()) {
        TableRow& row = table_.rows.emplace_back();
        row.labels = labels;
        if (measures_in_rows_) row.labels.push_back(measure.name);
        row.cells.resize(table_.columns.size());
      }
    }
  }

  /// The measures on the side where they are, and one without a name on the other.
  [[nodiscard]] const std::vector<Measure>& along_rows() const {
    return measures_in_rows_ ? measures_ : none_;
  }
  [[nodiscard]] const std::vector<Measure>& along_columns() const {
    return measures_in_rows_ ? none_ : measures_;
  }
  [[nodiscard]] TableRow& row_at(std::size_t row, std::size_t measure) {
    return table_.rows[row * along_rows().size() + (measures_in_rows_ ? measure : 0)];
  }
  [[nodiscard]] TableCell& cell_at(std::size_t row, std::size_t column, std::size_t measure) {
    return row_at(row, measure).cells[column * along_columns().size() + (measures_in_rows_ ? 0 : measure)];
  }

  void measure(std::size_t row, std::size_t column) {
    const CellList& cells = held_[row][column];
    for (std::size_t m = 0; m < measures_.size(); ++m) {
      TableCell& measured = cell_at(row, column, m);
      std::vector<double> percents;
      for (const Cell* cell : cells) {
        const std::optional<double> percent = measures_[m].value(*cell);
        if (!percent) continue;
        percents.push_back(*percent);
        measured.cells.push_back(cell);
        if (measured.remark.empty()) measured.remark = remark_of(*cell);
      }
      measured.ours = metric::summarise(percents);
      TableRow& whole = row_at(row, m);
      whole.seeds = std::max(whole.seeds, cells.size());
    }
  }

  [[nodiscard]] std::optional<std::size_t> measure_of(const PublishedRow& row) const {
    const auto at = std::ranges::find(measures_, row.split, &Measure::name);
    if (at == measures_.end()) return std::nullopt;
    return static_cast<std::size_t>(at - measures_.begin());
  }

  void add_published(const std::vector<EligibleRow>& published) {
    PublishedComparison comparison(table_, options_.band);
    std::set<const PublishedRow*> shown;  // of those that the user gave
    for (const EligibleRow& eligible : published) {
      const std::optional<std::size_t> measure = measure_of(*eligible.row);
      if (!measure) continue;
      for (const auto& by : by_) {
        const Coordinates coordinates = coordinates_of(*eligible.row, by);
        const std::size_t row = rows_.find(coordinates);
        const std::size_t column = columns_.find(coordinates);
        if (row == rows_.size() || column == columns_.size()) continue;
        comparison.add(cell_at(row, column, *measure), held_[row][column], *eligible.row);
        if (eligible.given) shown.insert(eligible.row);
      }
    }
    comparison.explain();
    const std::size_t given = options_.published.size();
    if (kind_.compares_strategies() && shown.size() < given) {
      table_.notes.push_back(base::format("rows of --published that have no place in this table: {} of {}",
                                          given - shown.size(), given));
    }
  }

  /// Names the rows and columns that have published values but that no record was to fill.
  void add_absent() {
    std::vector<std::string> absent;
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      std::vector<std::string> without;
      bool partly = false;
      for (std::size_t column = 0; column < columns_.size(); ++column) {
        if (asked_[row][column]) {
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
  const ResultSet& set_;
  std::vector<Measure> measures_;
  std::vector<Measure> none_{Measure{}};
  AxisIndex rows_, columns_;
  bool measures_in_rows_;
  std::set<std::vector<std::string>> by_;
  std::vector<std::vector<CellList>> held_;  ///< complete cells by row and column
  std::vector<std::vector<bool>> asked_;     ///< whether a record was to fill the row and column
};
}  // namespace

Table make_table(const TableKind& kind, const Results& results, const TableOptions& options) {
  Table table;
  table.name = kind.name;
  check_keys(results.runs().front(), options.by);
  std::vector<const RunView*> taken = taken_by(kind, results, table.notes);
  std::vector<std::string> keys = options.by;
  if (kind.has(Axis::backbone)) keys.emplace_back("model.backbone");
  if (kind.has(Axis::epochs)) keys.emplace_back("stage_1.epochs");
  const GroupBy by{.keys = keys, .by_data = kind.has(Axis::dataset)};
  check_compatible(taken, by);
  check_classes(kind, taken);
  ResultSet set = result_set(results, std::move(taken), by);
  std::erase_if(set.cells, [&kind](const Cell* cell) {
    return !kind.shows(cell->key, config::name_of(cell->key.learning));
  });
  TableBuilder(kind, set, options, table).build();
  return table;
}

}  // namespace ltr::report
