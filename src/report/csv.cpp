// SPDX-License-Identifier: Apache-2.0
#include "base/format.hpp"
#include "report/csv_fields.hpp"
#include "report/document.hpp"

namespace ltr::report {
namespace {
using Fields = std::vector<std::string>;

void append(Fields& fields, const Fields& more) { fields.insert(fields.end(), more.begin(), more.end()); }

Fields published_fields(const Table& table, const PublishedValue& value) {
  return {csv_number(value.percent), std::string(name_of(value.status)), table.sources[value.source],
          std::string(name_of(value.verdict))};
}

/// One line a published value of the cell, or one without.
std::string lines_of(const Table& table, const TableRow& row, std::size_t column) {
  const TableCell& cell = row.cells[column];
  const std::optional<double> mean = cell.ours.n > 0 ? std::optional(cell.ours.mean) : std::nullopt;
  Fields measured{table.name};
  append(measured, row.labels);
  append(measured, {table.columns[column], csv_number(mean), csv_number(cell.ours.deviation),
                    std::to_string(cell.ours.n)});
  std::vector<Fields> lines;
  for (const PublishedValue& value : cell.published) {
    append(lines.emplace_back(measured), published_fields(table, value));
  }
  if (lines.empty()) append(lines.emplace_back(measured), Fields(4));
  std::string text;
  std::vector<std::string> remarks = table.holes;
  if (!cell.remark.empty()) remarks.insert(remarks.begin(), cell.remark);
  for (Fields& line : lines) {
    line.push_back(base::join(remarks, "; "));
    text += csv_line(line);
  }
  return text;
}

std::string line_of(const Table& table, const Difference& difference) {
  const std::optional<double> half = metric::half_width_95(difference.by_seed);
  const double mean = difference.by_seed.mean;
  const auto& test_set = difference.test_set;
  const auto end = [&](double sign) { return half ? std::optional(mean + sign * *half) : std::nullopt; };
  Fields fields{table.name};
  append(fields, difference.labels);
  append(fields, {difference.pair, std::to_string(difference.by_seed.n), csv_number(mean),
                  csv_number(end(-1)), csv_number(end(1)), csv_number(difference.probability),
                  csv_number(test_set ? std::optional(test_set->low) : std::nullopt),
                  csv_number(test_set ? std::optional(test_set->high) : std::nullopt),
                  difference.shown ? "yes" : "no", difference.remark});
  return csv_line(fields);
}
}  // namespace

std::string to_csv(const Table& table) {
  Fields names{"table"};
  append(names, table.label_names);
  append(names, {"column", "mean", "deviation", "n", "published", "status", "source", "verdict", "remark"});
  std::string text = csv_line(names);
  for (const TableRow& row : table.rows) {
    for (std::size_t column = 0; column < row.cells.size(); ++column) text += lines_of(table, row, column);
  }
  if (table.differences.empty()) return text;
  names = {"table"};
  append(names, table.difference_names);
  append(names,
         {"n", "mean", "t_low", "t_high", "p_holm", "test_set_low", "test_set_high", "shown", "remark"});
  text += "\n" + csv_line(names);
  for (const Difference& difference : table.differences) text += line_of(table, difference);
  return text;
}

}  // namespace ltr::report
