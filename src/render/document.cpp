// SPDX-License-Identifier: Apache-2.0
#include "render/document.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <ranges>
#include <span>

#include "base/format.hpp"
#include "report/tables.hpp"

namespace ltr::render {
using report::Table;
using report::TableCell;
using report::TableRow;
using report::Verdict;
namespace {
constexpr const char* kNothing = "-";

std::string accuracy_text(const metric::Summary& summary) {
  if (summary.n == 0) return kNothing;
  if (!summary.deviation) return base::format("{:.1f}", summary.mean);
  return base::format("{:.1f} ± {:.1f}", summary.mean, *summary.deviation);
}

/// Whether one number of seeds a row tells all there is.
bool seeds_are_of_rows(const Table& table) {
  return std::ranges::all_of(table.rows, [](const TableRow& row) {
    return std::ranges::all_of(
        row.cells, [&row](const TableCell& cell) { return cell.ours.n == 0 || cell.ours.n == row.seeds; });
  });
}

SheetValue count_of(std::size_t n) { return {.text = std::to_string(n), .number = static_cast<double>(n)}; }

/// The cells that every measured value of the row is made of; empty if they are not the same ones.
report::CellList shared_cells(const TableRow& row) {
  report::CellList shared;
  for (const TableCell& cell : row.cells) {
    if (shared.empty()) shared = cell.cells;
    if (!cell.cells.empty() && cell.cells != shared) return {};
  }
  return shared;
}

std::string with_remark(const std::string& text, const std::string& remark) {
  return remark.empty() ? text : base::format("{} ({})", text, remark);
}

/// The remark of all cells that were measured; "" if they do not share one.
std::string shared_remark(auto&& cells) {
  std::string remark;
  for (const TableCell& cell : cells) {
    if (cell.ours.n == 0) continue;
    if (cell.remark.empty() || (!remark.empty() && cell.remark != remark)) return "";
    remark = cell.remark;
  }
  return remark;
}

/// Where remarks stand: at a strategy's name, of a row or of a column, if they hold for all of it; otherwise
/// at the values.
struct Remarks {
  bool by_row = false;
  std::vector<std::string> of_columns;

  [[nodiscard]] std::string of_row(const TableRow& row) const {
    return by_row ? shared_remark(row.cells) : "";
  }
};

Remarks remarks_of(const Table& table) {
  Remarks remarks{
      std::ranges::find(table.label_names, name_of(report::Axis::learning)) != table.label_names.end(),
      std::vector<std::string>(table.columns.size())};
  for (std::size_t column = 0; column < table.columns.size() && !remarks.by_row; ++column) {
    const auto cell_of = [column](const TableRow& row) -> const TableCell& { return row.cells[column]; };
    remarks.of_columns[column] = shared_remark(table.rows | std::views::transform(cell_of));
  }
  return remarks;
}

SheetLine measured_line(const TableRow& row, bool with_seeds, const Remarks& remarks) {
  SheetLine line{.labels = row.labels, .kind = "", .values = {}};
  const std::string of_row = remarks.of_row(row);
  line.labels.back() = with_remark(line.labels.back(), of_row);
  const report::CellList shared = with_seeds ? shared_cells(row) : report::CellList();
  if (with_seeds) {
    line.values.push_back(count_of(row.seeds));
    line.values.back().cells = shared;
    line.values.back().links = Links::every;
  }
  for (std::size_t column = 0; column < row.cells.size(); ++column) {
    const TableCell& cell = row.cells[column];
    SheetValue& value = line.values.emplace_back(SheetValue{accuracy_text(cell.ours)});
    if (cell.ours.n == 0) continue;
    if (!with_seeds) value.text += base::format(" (n {})", cell.ours.n);
    if (of_row.empty() && remarks.of_columns[column].empty())
      value.text = with_remark(value.text, cell.remark);
    value.number = cell.ours.mean;
    value.cells = cell.cells;
    if (shared.empty()) value.links = Links::every;
  }
  return line;
}

/// For every source and status of the row a line of its values, and one of verdicts if there are any.
void add_published_lines(const TableRow& row, bool with_seeds, std::vector<SheetLine>& lines) {
  std::map<std::pair<std::size_t, report::PublishedStatus>, std::vector<const report::PublishedValue*>>
      by_source;
  for (std::size_t column = 0; column < row.cells.size(); ++column) {
    for (const report::PublishedValue& value : row.cells[column].published) {
      auto& values = by_source[{value.source, value.status}];
      values.resize(row.cells.size());
      values[column] = &value;
    }
  }
  for (const auto& [source, values] : by_source) {
    SheetLine published{.labels = row.labels,
                        .kind = base::format("{} [{}]", name_of(source.second), source.first + 1),
                        .values = std::vector<SheetValue>(with_seeds ? 1 : 0)};
    SheetLine verdict{.labels = row.labels, .kind = "verdict", .values = published.values};
    bool judged = false;
    for (const report::PublishedValue* value : values) {
      published.values.emplace_back();
      verdict.values.emplace_back();
      if (value == nullptr) continue;
      published.values.back() = {.text = base::format("{:.1f}", value->percent), .number = value->percent};
      verdict.values.back().text = name_of(value->verdict);
      judged = judged || value->verdict != Verdict::none;
    }
    lines.push_back(std::move(published));
    if (judged) lines.push_back(std::move(verdict));
  }
}

Sheet main_sheet(const Table& table) {
  const bool with_seeds = seeds_are_of_rows(table);
  Sheet sheet{.title = "", .label_names = table.label_names, .value_names = {}, .lines = {}};
  if (with_seeds) sheet.value_names.emplace_back("n");
  const Remarks remarks = remarks_of(table);
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    sheet.value_names.push_back(with_remark(table.columns[column], remarks.of_columns[column]));
  }
  for (const TableRow& row : table.rows) {
    sheet.lines.push_back(measured_line(row, with_seeds, remarks));
    add_published_lines(row, with_seeds, sheet.lines);
  }
  return sheet;
}

/// Its lower end stands for it.
SheetValue interval_of(double low, double high) {
  return {.text = base::format("{:+.1f} .. {:+.1f}", low, high), .number = low};
}

SheetValue probability_of(double value) { return {.text = base::format("{:.3f}", value), .number = value}; }

std::string conclusion_of(const report::Difference& difference) {
  if (!difference.probability) return "too few seeds";
  return difference.shown ? "shown" : "no difference shown";
}

Sheet difference_sheet(const Table& table) {
  Sheet sheet{.title = table.difference_title,
              .label_names = table.difference_names,
              .value_names = {"n", "mean", "95 % of t", "p (Holm)", "test set", "conclusion"},
              .lines = {}};
  const SheetValue nothing{.text = kNothing};
  for (const report::Difference& difference : table.differences) {
    SheetLine& line = sheet.lines.emplace_back();
    line.labels = difference.labels;
    line.labels.push_back(with_remark(difference.pair, difference.remark));
    const double mean = difference.by_seed.mean;
    const std::optional<double> half = metric::half_width_95(difference.by_seed);
    const auto& test_set = difference.test_set;
    line.values = {count_of(difference.by_seed.n),
                   {.text = base::format("{:+.1f}", mean), .number = mean, .cells = difference.cells},
                   half ? interval_of(mean - *half, mean + *half) : nothing,
                   difference.probability ? probability_of(*difference.probability) : nothing,
                   test_set ? interval_of(test_set->low, test_set->high) : nothing,
                   {.text = conclusion_of(difference)}};
    line.values.front().cells = difference.cells;
    line.values.front().links = Links::every;
  }
  return sheet;
}

/// One sentence where no difference can be judged, in place of a sheet of them.
bool none_is_judged(const Table& table) {
  return std::ranges::none_of(table.differences, [](const report::Difference& difference) {
    return difference.probability.has_value();
  });
}
}  // namespace

std::string SheetLine::heading() const {
  return base::join(std::span(labels).first(labels.size() - 1), ", ");
}

std::vector<std::string> SheetLine::texts() const {
  std::vector<std::string> texts;
  for (const SheetValue& value : values) texts.push_back(value.text);
  return texts;
}

bool Sheet::has_kinds() const {
  return std::ranges::any_of(lines, [](const SheetLine& line) { return !line.kind.empty(); });
}

std::string_view name_of(Verdict verdict) {
  constexpr std::array<std::string_view, 4> kNames{"", "inside", "outside", "n < 3"};
  return kNames.at(static_cast<std::size_t>(verdict));
}

Document document_of(const Table& table) {
  Document document{.name = table.name,
                    .title = table.title,
                    .facts = table.facts,
                    .sheets = {main_sheet(table)},
                    .notes = {}};
  for (std::size_t i = 0; i < table.sources.size(); ++i) {
    document.notes.push_back(base::format("[{}] {}", i + 1, table.sources[i]));
  }
  document.notes.insert(document.notes.end(), table.defects.begin(), table.defects.end());
  document.notes.insert(document.notes.end(), table.notes.begin(), table.notes.end());
  if (!table.differences.empty() && none_is_judged(table)) {
    document.notes.emplace_back("no difference between strategies is judged: three seeds of both are needed");
  } else if (!table.differences.empty()) {
    document.sheets.push_back(difference_sheet(table));
  }
  document.notes.insert(document.notes.end(), table.gaps.begin(), table.gaps.end());
  return document;
}

}  // namespace ltr::render
