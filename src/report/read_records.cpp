// SPDX-License-Identifier: Apache-2.0
#include "report/read_records.hpp"

#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include <sys/stat.h>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"

namespace ltr::report {
namespace {
void make_printable(std::string& text) { text = base::printable(text); }

void make_printable(std::vector<std::string>& texts) {
  for (std::string& text : texts) make_printable(text);
}

void make_printable(std::map<std::string, std::string>& texts) {
  std::map<std::string, std::string> shown;
  for (const auto& [name, text] : texts) shown.emplace(base::printable(name), base::printable(text));
  texts = std::move(shown);
}

void make_printable(record::TrainingRecord& training) {
  for (std::string* text : {&training.draws_digest, &training.weights_digest, &training.state_digest}) {
    make_printable(*text);
  }
}

/// Which file a path leads to.
using Identity = std::pair<dev_t, ino_t>;

/// Throws: DataError if it is a folder, a pipe or a device. One that is absent is left to who opens it.
Identity identity_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return {status.st_dev, status.st_ino};
  throw base::DataError(base::format("{} is {}, and a record is one file; give the file named by run.output",
                                     path, S_ISDIR(status.st_mode) ? "a folder" : "no regular file"));
}
}  // namespace

void make_printable(record::RunRecord& run) {
  run.configuration = base::printable_lines(run.configuration);
  make_printable(run.backbone);
  for (auto* texts : {&run.environment, &run.data_names, &run.data_hashes}) make_printable(*texts);
  make_printable(run.class_names);
  make_printable(run.plan);
  for (record::NodeTime& time : run.schedule.nodes) make_printable(time.node);
  for (record::Stage1Record& stage_1 : run.stage_1) {
    make_printable(stage_1.id);
    make_printable(stage_1.training);
  }
  for (record::CellRecord& cell : run.cells) {
    for (std::string* text : {&cell.id, &cell.stage_1, &cell.error}) make_printable(*text);
    make_printable(cell.training);
  }
}

record::RunRecord read_record(const std::string& path) {
  static_cast<void>(identity_of(path));
  return record::read_run(path);
}

Records read_records(std::span<const std::string> paths) {
  Records records;
  std::map<Identity, std::string> read;
  for (const std::string& path : paths) {
    const std::string name = base::printable(path);
    const auto [first, fresh] = read.emplace(identity_of(path), name);
    if (!fresh) {
      records.notes.push_back(
          base::format("{} and {} are the same file, which is read once", first->second, name));
      continue;
    }
    records.files.push_back(name);
    record::RunRecord& run = records.runs.emplace_back(record::read_run(path));
    make_printable(run);
    for (record::CellRecord& cell : run.cells) {
      cell.validation = {};
      cell.test.confusion = {};
    }
  }
  return records;
}

}  // namespace ltr::report
