// SPDX-License-Identifier: Apache-2.0
#include "report/cell_list.hpp"

#include "base/format.hpp"
#include "report/csv_fields.hpp"
#include "report/measure.hpp"

namespace ltr::report {
namespace {
/// What only complete cells have: epoch, tau and the set it was chosen on, weights; as many empty fields for
/// the others.
std::vector<std::string> choices_of(const Cell& cell) {
  if (cell.record == nullptr) return {"", "", "", ""};
  const std::int64_t epoch = cell.status == CellStatus::complete ? best_epoch(cell) : -1;
  const bool has_tau =
      cell.status == CellStatus::complete && cell.learning == config::LearningKind::tau_normalized;
  const bool on_test = cell.view->run->test_serves_as_validation;
  return {epoch < 0 ? "" : std::to_string(epoch), has_tau ? csv_number(cell.record->tau.chosen) : "",
          !has_tau  ? ""
          : on_test ? "test"
                    : "validation",
          cell.record->training.weights_digest};
}
}  // namespace

std::string cell_list(const std::vector<Cell>& cells) {
  std::vector<std::string> names{"data", "backbone", "seed", "sampling", "learning"};
  for (const AccuracyName& accuracy : accuracy_names()) names.emplace_back(accuracy.name);
  names.insert(names.end(),
               {"top5", "ece", "best_epoch", "tau", "tau_chosen_on", "weights_digest", "status", "remark"});
  std::string text = csv_line(names);
  for (const Cell& cell : cells) {
    std::vector<std::string> fields{cell.view->run->data_names.at("train"), cell.view->run->backbone,
                                    std::to_string(cell.seed), std::string(config::name_of(cell.sampling)),
                                    std::string(config::name_of(cell.learning))};
    for (const AccuracyName& accuracy : accuracy_names()) {
      fields.push_back(csv_number(cell.accuracy.*accuracy.member));
    }
    const bool complete = cell.status == CellStatus::complete;
    fields.push_back(complete ? csv_number(top5_of(cell)) : "");
    fields.push_back(complete ? csv_number(calibration_error_of(cell)) : "");
    for (std::string& choice : choices_of(cell)) fields.push_back(std::move(choice));
    fields.push_back(status_of(cell));
    fields.push_back(base::join(holes_of(*cell.view->run), "; "));
    text += csv_line(fields);
  }
  return text;
}

}  // namespace ltr::report
