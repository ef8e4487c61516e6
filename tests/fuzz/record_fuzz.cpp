// SPDX-License-Identifier: Apache-2.0
// Records in which anything may stand: either refused with an error of ours, or every table can be printed of
// them. Damaged bytes are refused by the seal before HDF5 sees them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <unistd.h>

#include "base/error.hpp"
#include "fuzz/fuzz_bytes.hpp"
#include "record/sample_run.hpp"
#include "render/report.hpp"
#include "report/digest.hpp"
#include "store/atomic_file.hpp"

namespace {

using namespace ltr;
using test::Bytes;

template <class Value>
void change(Bytes& bytes, std::vector<Value>& values) {
  const auto how = bytes.take<std::uint8_t>();
  if (how % 8 == 0) values.resize(bytes.take<std::uint8_t>() % 20);
  if (values.empty()) return;
  Value& value = values[bytes.take<std::uint8_t>() % values.size()];
  if constexpr (std::is_same_v<Value, std::string>) {
    value = bytes.text();
  } else if constexpr (std::is_same_v<Value, double>) {
    value = how % 2 == 0 ? static_cast<double>(bytes.take<std::int8_t>()) : bytes.take<double>();
  } else {
    value = bytes.integer();
  }
}

template <class Enum>
Enum any_of_enum(Bytes& bytes) {
  const auto entries = config::enum_entries<Enum>();
  return entries[bytes.take<std::uint8_t>() % entries.size()].value;
}

void change_training(Bytes& bytes, record::TrainingRecord& training) {
  switch (bytes.take<std::uint8_t>() % 5) {
    case 0:
      return change(bytes, training.class_weights);
    case 1:
      return change(bytes, training.draws_made);
    case 2:
      training.best_epoch = bytes.integer();
      return;
    case 3:
      training.weights_digest = bytes.text();
      return;
    default:
      if (training.epochs.empty()) return;
      record::EpochRow& row = training.epochs[bytes.take<std::uint8_t>() % training.epochs.size()];
      row.epoch = bytes.integer();
      row.train_loss = bytes.take<double>();
      row.validation_top1_percent = bytes.take<double>();
  }
}

void change_cell(Bytes& bytes, record::CellRecord& cell) {
  const std::vector<std::function<void()>> changes{
      [&] { change(bytes, cell.test.correct); },
      [&] { change(bytes, cell.test.correct_top5); },
      [&] { change(bytes, cell.test.total); },
      [&] { change(bytes, cell.test.confusion); },
      [&] { change(bytes, cell.validation.total); },
      [&] { change(bytes, cell.weight_norms); },
      [&] { change(bytes, cell.tau.tau); },
      [&] { change(bytes, cell.tau.test_few_percent); },
      [&] { cell.tau.chosen = bytes.take<double>(); },
      [&] { change(bytes, cell.calibration.images); },
      [&] { change(bytes, cell.calibration.accuracy); },
      [&] { cell.calibration.expected_calibration_error = bytes.take<double>(); },
      [&] { cell.seed = bytes.take<std::uint64_t>(); },
      [&] { cell.sampling = any_of_enum<config::SamplingKind>(bytes); },
      [&] { cell.learning = any_of_enum<config::LearningKind>(bytes); },
      [&] { cell.error = bytes.text(); },
      [&] { change_training(bytes, cell.training); }};
  changes[bytes.take<std::uint8_t>() % changes.size()]();
}

void change_run(Bytes& bytes, record::RunRecord& run) {
  const std::vector<std::function<void()>> changes{
      [&] { change(bytes, run.class_counts); },
      [&] { change(bytes, run.class_names); },
      [&] { change(bytes, run.plan); },
      [&] { run.shots = {.many_above = bytes.integer(), .few_below = bytes.integer()}; },
      [&] { run.backbone = bytes.text(); },
      [&] { run.data_names["train"] = bytes.text(); },
      [&] { run.data_dropped["train"] = bytes.integer(); },
      [&] { run.environment["hosts"] = bytes.text(); },
      [&] { run.schedule.makespan_s = bytes.take<double>(); },
      [&] { run.cells.resize(std::min<std::size_t>(run.cells.size(), bytes.take<std::uint8_t>() % 3)); },
      [&] { change_training(bytes, run.stage_1.front().training); }};
  changes[bytes.take<std::uint8_t>() % changes.size()]();
}

void read_and_print(const std::filesystem::path& path) {
  const record::RunRecord run = record::read_run(path);
  const report::Results results({run});
  using enum render::Format;
  for (const render::Format format : {text, csv, latex, markdown}) {
    if (render::print(results, {.format = format}).empty()) std::abort();
  }
  if (report::render_digests(run).empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("record_fuzz_" + std::to_string(getpid()) + ".h5");
  Bytes bytes(data, size);
  const bool damage = bytes.take<std::uint8_t>() % 4 == 0;
  record::RunRecord run = record::sample_run();
  for (int changes = 0; !damage && bytes.any() && changes < 16; ++changes) {
    if (bytes.take<std::uint8_t>() % 3 == 0) {
      change_run(bytes, run);
    } else if (!run.cells.empty()) {
      change_cell(bytes, run.cells[bytes.take<std::uint8_t>() % run.cells.size()]);
    }
  }
  record::write_run(run, path);
  if (damage) {
    std::string content = store::read_text_file(path);
    for (int i = 0; i < 8 && bytes.any(); ++i) {
      content[bytes.take<std::uint32_t>() % content.size()] = static_cast<char>(bytes.take<std::uint8_t>());
    }
    std::ofstream(path, std::ios::binary) << content;
  }
  try {
    read_and_print(path);
  } catch (const base::DataError&) {
  } catch (const base::ConfigError&) {
  }
  std::filesystem::remove(path);
  return 0;
}
