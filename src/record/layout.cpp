// SPDX-License-Identifier: Apache-2.0
#include "record/layout.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::record {
namespace {
/// A vector of a record.
template <class Owner, class Member>
struct Field {
  std::string_view name;
  Member Owner::* member;
};

constexpr std::array<Field<TauSweep, std::vector<double>>, 6> kTauColumns{{
    {"tau", &TauSweep::tau},
    {"validation_percent", &TauSweep::validation_percent},
    {"test_many_percent", &TauSweep::test_many_percent},
    {"test_medium_percent", &TauSweep::test_medium_percent},
    {"test_few_percent", &TauSweep::test_few_percent},
    {"test_all_percent", &TauSweep::test_all_percent},
}};

constexpr std::array<Field<metric::Counts, std::vector<std::int64_t>>, 3> kCountColumns{{
    {"correct", &metric::Counts::correct},
    {"correct_top5", &metric::Counts::correct_top5},
    {"total", &metric::Counts::total},
}};

void write_epochs(store::Group group, const std::vector<EpochRow>& rows) {
  std::vector<std::int64_t> epochs(rows.size());
  std::ranges::transform(rows, epochs.begin(), &EpochRow::epoch);
  group.write("epoch", epochs);
  for (const EpochColumn& column : kEpochColumns) {
    std::vector<double> values(rows.size());
    std::ranges::transform(rows, values.begin(), column.value);
    group.write(column.name, values);
  }
}

std::vector<EpochRow> read_epochs(const store::Group& group) {
  const std::vector<std::int64_t> epochs = group.read<std::int64_t>("epoch");
  std::vector<EpochRow> rows(epochs.size());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].epoch = epochs[i];
  for (const EpochColumn& column : kEpochColumns) {
    const std::vector<double> values = group.read<double>(column.name);
    if (values.size() != rows.size()) {
      throw base::DataError(
          base::format("column {} of the epochs has {} rows where the others have {}; the record is damaged, "
                       "so run the cell again",
                       column.name, values.size(), rows.size()));
    }
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].*column.value = values[i];
  }
  return rows;
}

void write_training(store::Group& group, const TrainingRecord& training) {
  group.set_attribute("best_epoch", training.best_epoch);
  group.set_attribute("draws_digest", training.draws_digest);
  group.set_attribute("weights_digest", training.weights_digest);
  group.set_attribute("state_digest", training.state_digest);
  group.write("class_weights", training.class_weights);
  group.write("draws_made", training.draws_made);
  write_epochs(group.create_group("epochs"), training.epochs);
}

TrainingRecord read_training(const store::Group& group) {
  return {.epochs = read_epochs(group.group("epochs")),
          .best_epoch = group.attribute<std::int64_t>("best_epoch"),
          .class_weights = group.read<double>("class_weights"),
          .draws_made = group.read<std::int64_t>("draws_made"),
          .draws_digest = group.text_attribute("draws_digest"),
          .weights_digest = group.text_attribute("weights_digest"),
          .state_digest = group.text_attribute("state_digest")};
}

void write_counts(store::Group group, const metric::Counts& counts) {
  for (const auto& column : kCountColumns) group.write(column.name, counts.*column.member);
  const std::uint64_t classes = counts.total.size();
  const std::array<std::uint64_t, 2> square{classes, classes};
  const bool whole = counts.confusion.size() == classes * classes;
  group.write("confusion", counts.confusion, whole ? square : std::span<const std::uint64_t>());
}

metric::Counts read_counts(const store::Group& group) {
  metric::Counts counts;
  for (const auto& column : kCountColumns) counts.*column.member = group.read<std::int64_t>(column.name);
  counts.confusion = group.read<std::int64_t>("confusion");
  return counts;
}

void write_tau(store::Group group, const TauSweep& sweep) {
  group.set_attribute("chosen", sweep.chosen);
  for (const auto& column : kTauColumns) group.write(column.name, sweep.*column.member);
}

TauSweep read_tau(const store::Group& group) {
  TauSweep sweep;
  sweep.chosen = group.attribute<double>("chosen");
  for (const auto& column : kTauColumns) sweep.*column.member = group.read<double>(column.name);
  return sweep;
}

void write_calibration(store::Group group, const Calibration& calibration) {
  group.set_attribute("expected_calibration_error", calibration.expected_calibration_error);
  group.write("images", calibration.images);
  group.write("mean_confidence", calibration.mean_confidence);
  group.write("accuracy", calibration.accuracy);
}

Calibration read_calibration(const store::Group& group) {
  return {.images = group.read<std::int64_t>("images"),
          .mean_confidence = group.read<double>("mean_confidence"),
          .accuracy = group.read<double>("accuracy"),
          .expected_calibration_error = group.attribute<double>("expected_calibration_error")};
}

/// The enumerator an attribute names.
template <class Enum>
Enum read_enum(const store::Group& group, std::string_view attribute) {
  try {
    return config::enum_from_name<Enum>(group.text_attribute(attribute));
  } catch (const base::ConfigError& error) {
    throw base::DataError(
        base::format("{}; the record was written by a newer version of the suite, so read it with that one",
                     error.what()));
  }
}

template <class Record>
void write_key(store::Group& group, const Record& record) {
  group.set_attribute("seed", record.seed);
  group.set_attribute("sampling", config::name_of(record.sampling));
  group.set_attribute("loss", config::name_of(record.loss));
}

template <class Record>
void read_key(const store::Group& group, Record& record) {
  record.seed = group.attribute<std::uint64_t>("seed");
  record.sampling = read_enum<config::SamplingKind>(group, "sampling");
  // Schema 5 had one loss.
  if (group.has_attribute("loss")) record.loss = read_enum<config::LossKind>(group, "loss");
}

void write_one(store::Group& group, const Stage1Record& record) {
  write_key(group, record);
  write_training(group, record.training);
}

void read_one(const store::Group& group, Stage1Record& record) {
  read_key(group, record);
  record.training = read_training(group);
}

void write_one(store::Group& group, const CellRecord& record) {
  write_key(group, record);
  group.set_attribute("learning", config::name_of(record.learning));
  group.set_attribute("stage_1", record.stage_1);
  group.set_attribute("error", record.error);
  write_training(group, record.training);
  write_counts(group.create_group("validation"), record.validation);
  write_counts(group.create_group("test"), record.test);
  group.write("weight_norms", record.weight_norms);
  write_tau(group.create_group("tau"), record.tau);
  write_calibration(group.create_group("calibration"), record.calibration);
}

void read_one(const store::Group& group, CellRecord& record) {
  read_key(group, record);
  record.learning = read_enum<config::LearningKind>(group, "learning");
  record.stage_1 = group.text_attribute("stage_1");
  record.error = group.text_attribute("error");
  record.training = read_training(group);
  record.validation = read_counts(group.group("validation"));
  record.test = read_counts(group.group("test"));
  record.weight_norms = group.read<double>("weight_norms");
  record.tau = read_tau(group.group("tau"));
  record.calibration = read_calibration(group.group("calibration"));
}

template <class Record>
void write_all(store::Group& parent, const std::vector<Record>& records) {
  std::int64_t position = 0;
  for (const Record& record : records) {
    store::Group group = parent.create_group(record.id);
    group.set_attribute("position", position++);
    write_one(group, record);
  }
}

template <class Record>
std::vector<Record> read_all(const store::Group& parent) {
  std::vector<std::pair<std::int64_t, std::string>> order;
  for (const std::string& id : parent.members()) {
    order.emplace_back(parent.group(id).attribute<std::int64_t>("position"), id);
  }
  std::ranges::sort(order);
  std::vector<Record> records;
  for (const auto& [position, id] : order) {
    records.emplace_back().id = id;
    read_one(parent.group(id), records.back());
  }
  return records;
}
}  // namespace

void write_stage_1s(store::Group& parent, const std::vector<Stage1Record>& records) {
  write_all(parent, records);
}
void write_cells(store::Group& parent, const std::vector<CellRecord>& records) { write_all(parent, records); }
std::vector<Stage1Record> read_stage_1s(const store::Group& parent) { return read_all<Stage1Record>(parent); }
std::vector<CellRecord> read_cells(const store::Group& parent) { return read_all<CellRecord>(parent); }

}  // namespace ltr::record
