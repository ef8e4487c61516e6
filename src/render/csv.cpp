// SPDX-License-Identifier: Apache-2.0
#include "render/csv.hpp"

#include <charconv>
#include <system_error>

#include "base/format.hpp"
#include "render/document.hpp"
#include "report/tables.hpp"

namespace ltr::render {
using report::Cell;
using report::Table;
namespace {
using Fields = std::vector<std::string>;

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + "\"";
}

/// Whether a spreadsheet would compute the text: a sign is one of a number or begins a formula.
bool is_formula(std::string_view text) {
  if (text.empty() || std::string_view("=+@-\t\r").find(text.front()) == std::string_view::npos) return false;
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, number);
  return error != std::errc() || read != end;
}

void append(Fields& fields, const Fields& more) { fields.insert(fields.end(), more.begin(), more.end()); }

Fields published_fields(const Table& table, const report::PublishedValue& value) {
  return {csv_number(value.percent), std::string(name_of(value.status)), table.sources[value.source],
          std::string(name_of(value.verdict))};
}

/// One line a published value of the cell, or one without.
std::string lines_of(const Table& table, const report::TableRow& row, std::size_t column) {
  const report::TableCell& cell = row.cells[column];
  const std::optional<double> mean = cell.ours.n > 0 ? std::optional(cell.ours.mean) : std::nullopt;
  Fields measured{table.name};
  append(measured, row.labels);
  append(measured, {table.columns[column], csv_number(mean), csv_number(cell.ours.deviation),
                    std::to_string(cell.ours.n)});
  std::vector<Fields> lines;
  for (const report::PublishedValue& value : cell.published) {
    append(lines.emplace_back(measured), published_fields(table, value));
  }
  if (lines.empty()) append(lines.emplace_back(measured), Fields(4));
  std::string text;
  std::vector<std::string> remarks = table.defects;
  if (!cell.remark.empty()) remarks.insert(remarks.begin(), cell.remark);
  for (Fields& line : lines) {
    line.push_back(base::join(remarks, "; "));
    text += csv_line(line);
  }
  return text;
}

std::string line_of(const Table& table, const report::Difference& difference) {
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

/// What only complete cells have, but for the weights' digest: top-5, calibration error, epoch, tau and the
/// set it was chosen on; as many empty fields for the others.
Fields choices_of(const Cell& cell) {
  Fields fields(6);
  if (cell.record != nullptr) fields[5] = cell.record->training.weights_digest;
  if (!cell.complete()) return fields;
  fields[0] = csv_number(report::top5_of(cell));
  fields[1] = csv_number(report::calibration_error_of(cell));
  if (const std::int64_t epoch = best_epoch(cell); epoch >= 0) fields[2] = std::to_string(epoch);
  if (!has_tau(cell)) return fields;
  fields[3] = csv_number(cell.record->tau.chosen);
  fields[4] = cell.view->run->test_serves_as_validation ? "test" : "validation";
  return fields;
}
}  // namespace

std::string csv_line(std::span<const std::string> fields) {
  std::vector<std::string> texts;
  for (const std::string& field : fields) {
    texts.push_back(quoted(is_formula(field) ? "'" + field : field));
  }
  return base::join(texts, ",") + "\n";
}

std::string csv_number(const std::optional<double>& value) { return value ? base::format("{}", *value) : ""; }

std::string to_csv(const Table& table) {
  Fields names{"table"};
  append(names, table.label_names);
  append(names, {"column", "mean", "deviation", "n", "published", "status", "source", "verdict", "remark"});
  std::string text = csv_line(names);
  for (const report::TableRow& row : table.rows) {
    for (std::size_t column = 0; column < row.cells.size(); ++column) text += lines_of(table, row, column);
  }
  if (table.differences.empty()) return text;
  names = {"table"};
  append(names, table.difference_names);
  append(names,
         {"n", "mean", "t_low", "t_high", "p_holm", "test_set_low", "test_set_high", "shown", "remark"});
  text += "\n" + csv_line(names);
  for (const report::Difference& difference : table.differences) text += line_of(table, difference);
  return text;
}

std::string to_csv(const report::CellList& cells) {
  Fields names{"data", "backbone", "seed"};
  for (const auto& [name, text] : columns_of(report::Method{})) names.emplace_back(name);
  for (const report::AccuracyName& accuracy : report::accuracy_names()) names.emplace_back(accuracy.name);
  append(names, {"top5", "ece", "best_epoch", "tau", "tau_chosen_on", "weights_digest", "status", "remark"});
  std::string lines = csv_line(names);
  for (const Cell* cell : cells) {
    const record::RunRecord& run = *cell->view->run;
    Fields fields{run.data_names.at("train"), run.backbone, std::to_string(cell->key.seed)};
    for (auto& [name, text] : columns_of(cell->key)) fields.push_back(text);
    for (const report::AccuracyName& accuracy : report::accuracy_names()) {
      fields.push_back(csv_number(cell->accuracy.*accuracy.member));
    }
    append(fields, choices_of(*cell));
    append(fields, {status_of(*cell), base::join(cell->view->defects, "; ")});
    lines += csv_line(fields);
  }
  return lines;
}

}  // namespace ltr::render
