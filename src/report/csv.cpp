// SPDX-License-Identifier: Apache-2.0
#include "base/format.hpp"
#include "report/csv_fields.hpp"
#include "report/grid_table.hpp"

namespace ltr::report {
namespace {
/// The shortest digits that read back as the same number; nothing where nothing was measured.
std::string number(const std::optional<double>& value) { return value ? base::format("{}", *value) : ""; }

std::string status_of(const Cell& cell) {
  switch (cell.status) {
    case CellStatus::complete:
      return "complete";
    case CellStatus::failed:
      return "failed: " + cell.error;
    case CellStatus::missing:
      break;
  }
  return "missing";
}
}  // namespace

std::string to_csv(const std::vector<Cell>& cells) {
  std::vector<std::string> names{"data", "backbone", "seed", "sampling", "learning"};
  for (const AccuracyColumn& column : kAccuracyColumns) names.emplace_back(column.name);
  names.insert(names.end(), {"best_epoch", "tau", "weights_digest", "status"});
  std::string text = csv_line(names);
  for (const Cell& cell : cells) {
    std::vector<std::string> fields{cell.run->data_names.at("train"), cell.run->backbone,
                                    std::to_string(cell.seed), std::string(config::name_of(cell.sampling)),
                                    std::string(config::name_of(cell.learning))};
    for (const AccuracyColumn& column : kAccuracyColumns)
      fields.push_back(number(cell.accuracy.*column.member));
    fields.push_back(cell.best_epoch < 0 ? "" : std::to_string(cell.best_epoch));
    fields.push_back(number(cell.tau));
    fields.push_back(cell.weights_digest);
    fields.push_back(status_of(cell));
    text += csv_line(fields);
  }
  return text;
}

}  // namespace ltr::report
