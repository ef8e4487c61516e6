// SPDX-License-Identifier: Apache-2.0
#include "record/record.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/format.hpp"
#include "record/check.hpp"
#include "record/layout.hpp"
#include "store/file.hpp"
#include "store/seal.hpp"

namespace ltr::record {
namespace {
constexpr std::string_view kRun = "run";
constexpr std::string_view kNode = "node";

/// A new record in memory; `kind` says what it is a record of.
store::File create_record(std::string_view kind) {
  store::File file = store::File::create_in_memory();
  file.set_attribute("schema_version", kSchemaVersion);
  file.set_attribute("record_of", kind);
  return file;
}

/// Of a file without a seal no more than the version is read.
/// Throws: DataError if the file is absent, foreign, damaged, of another schema version or of another kind.
store::File open_record(const std::filesystem::path& path, std::string_view kind) {
  const bool sealed = store::check_seal(path);
  store::File file = store::File::open(path);
  if (!file.has_attribute("schema_version") || !file.has_attribute("record_of")) {
    throw base::DataError(
        base::format("{} is an HDF5 file but no record of a run (it has no schema_version); give the file "
                     "named by run.output",
                     path.string()));
  }
  const auto version = file.attribute<std::int32_t>("schema_version");
  if (version < kOldestSchema || version > kSchemaVersion) {
    throw OtherSchema(base::format(
        "{} was written by schema {}; this program reads {} to {}; use the version of the suite that wrote "
        "it, or run the grid again",
        path.string(), version, kOldestSchema, kSchemaVersion));
  }
  if (!sealed) store::throw_unsealed(path);
  const std::string found = file.text_attribute("record_of");
  if (found != kind) {
    throw base::DataError(
        base::format("{} is the record of a {}, not of a {}; give the file named by run.output",
                     path.string(), found, kind));
  }
  return file;
}

template <class Value>
void write_map(store::Group group, const std::map<std::string, Value>& values) {
  for (const auto& [name, value] : values) group.set_attribute(name, value);
}

std::map<std::string, std::string> read_map(const store::Group& group) {
  std::map<std::string, std::string> values;
  for (const std::string& name : group.attributes()) values[name] = group.text_attribute(name);
  return values;
}

std::map<std::string, std::int64_t> read_numbers(const store::Group& group) {
  std::map<std::string, std::int64_t> values;
  for (const std::string& name : group.attributes()) values[name] = group.attribute<std::int64_t>(name);
  return values;
}

void write_data(store::Group group, const RunRecord& run) {
  group.set_attribute("many_above", run.shots.many_above);
  group.set_attribute("few_below", run.shots.few_below);
  group.set_attribute("test_serves_as_validation", std::uint8_t{run.test_serves_as_validation});
  group.write("class_counts", run.class_counts);
  group.write_strings("class_names", run.class_names);
  write_map(group.create_group("names"), run.data_names);
  write_map(group.create_group("hashes"), run.data_hashes);
  write_map(group.create_group("dropped"), run.data_dropped);
  write_map(group.create_group("lenient"), run.data_lenient);
}

void read_data(const store::Group& group, RunRecord& run) {
  run.shots.many_above = group.attribute<std::int64_t>("many_above");
  run.shots.few_below = group.attribute<std::int64_t>("few_below");
  run.test_serves_as_validation = group.attribute<std::uint8_t>("test_serves_as_validation") != 0;
  run.class_counts = group.read<std::int64_t>("class_counts");
  run.class_names = group.read_strings("class_names");
  const store::Group names = group.group("names");
  run.data_names = read_map(names);
  run.data_names["train"] = names.text_attribute("train");  // a table's title has no other
  run.data_hashes = read_map(group.group("hashes"));
  run.data_dropped = read_numbers(group.group("dropped"));
  run.data_lenient = read_numbers(group.group("lenient"));
}

void write_schedule(store::Group group, const Schedule& schedule) {
  std::vector<std::string> nodes;
  std::vector<std::int64_t> first_ranks;
  std::vector<std::int64_t> ranks;
  std::vector<double> started_at_s;
  std::vector<double> after_s;
  std::vector<double> seconds;
  std::vector<double> share;
  for (const NodeTime& time : schedule.nodes) {
    nodes.push_back(time.node);
    first_ranks.push_back(time.first_rank);
    ranks.push_back(time.ranks);
    started_at_s.push_back(time.started_at_s);
    after_s.push_back(time.after_s);
    seconds.push_back(time.seconds);
    share.push_back(time.share);
  }
  group.write_strings("node", nodes);
  group.write("first_rank", first_ranks);
  group.write("ranks", ranks);
  group.write("started_at_s", started_at_s);
  group.write("after_s", after_s);
  group.write("seconds", seconds);
  group.write("share", share);
  group.set_attribute("makespan_s", schedule.makespan_s);
  group.set_attribute("idle_share", schedule.idle_share);
  group.set_attribute("planned_makespan_s", schedule.planned_makespan_s);
  group.set_attribute("planned_idle_share", schedule.planned_idle_share);
}

Schedule read_schedule(const store::Group& group) {
  Schedule schedule;
  const std::vector<std::string> nodes = group.read_strings("node");
  const auto first_ranks = group.read<std::int64_t>("first_rank");
  const auto ranks = group.read<std::int64_t>("ranks");
  const auto started_at_s = group.read<double>("started_at_s");
  const auto after_s = group.read<double>("after_s");
  const auto seconds = group.read<double>("seconds");
  const auto share = group.read<double>("share");
  for (const std::size_t rows : {first_ranks.size(), ranks.size(), started_at_s.size(), after_s.size(),
                                 seconds.size(), share.size()}) {
    if (rows == nodes.size()) continue;
    throw base::DataError(
        base::format("the schedule names {} nodes and has {} rows of another column; write the record again",
                     nodes.size(), rows));
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    schedule.nodes.push_back(
        {nodes[i], first_ranks[i], ranks[i], started_at_s[i], after_s[i], seconds[i], share[i]});
  }
  schedule.makespan_s = group.attribute<double>("makespan_s");
  schedule.idle_share = group.attribute<double>("idle_share");
  schedule.planned_makespan_s = group.attribute<double>("planned_makespan_s");
  schedule.planned_idle_share = group.attribute<double>("planned_idle_share");
  return schedule;
}

template <class Record>
void write_results(store::File& file, const Record& record) {
  store::Group stage_1 = file.create_group("stage_1");
  write_stage_1s(stage_1, record.stage_1);
  store::Group cells = file.create_group("cells");
  write_cells(cells, record.cells);
}

template <class Record>
void read_results(const store::File& file, Record& record) {
  record.stage_1 = read_stage_1s(file.group("stage_1"));
  record.cells = read_cells(file.group("cells"));
}

NodeTime time_of(const store::File& file) {
  return {.node = file.text_attribute("node"),
          .first_rank = file.attribute<std::int64_t>("first_rank"),
          .ranks = file.attribute<std::int64_t>("ranks"),
          .started_at_s = file.attribute<double>("started_at_s"),
          .after_s = file.attribute<double>("after_s"),
          .seconds = file.attribute<double>("seconds"),
          .share = file.attribute<double>("share")};
}

}  // namespace

void write_run(const RunRecord& run, const std::filesystem::path& path) {
  store::File file = create_record(kRun);
  file.set_attribute("backbone", run.backbone);
  file.write_text("configuration", run.configuration);
  file.write_strings("plan", run.plan);
  write_schedule(file.create_group("schedule"), run.schedule);
  write_map(file.create_group("environment"), run.environment);
  write_data(file.create_group("data"), run);
  write_results(file, run);
  store::write_sealed(path, file.image(), file.extents());
}

RunRecord read_run(const std::filesystem::path& path) {
  const store::File file = open_record(path, kRun);
  RunRecord run;
  run.backbone = file.text_attribute("backbone");
  run.configuration = file.read_text("configuration");
  run.plan = file.read_strings("plan");
  run.schedule = read_schedule(file.group("schedule"));
  run.environment = read_map(file.group("environment"));
  read_data(file.group("data"), run);
  read_results(file, run);
  check_run(run, path);
  return run;
}

void write_node(const NodeRecord& node, const std::filesystem::path& path) {
  store::File file = create_record(kNode);
  file.set_attribute("node", node.time.node);
  file.set_attribute("first_rank", node.time.first_rank);
  file.set_attribute("ranks", node.time.ranks);
  file.set_attribute("started_at_s", node.time.started_at_s);
  file.set_attribute("after_s", node.time.after_s);
  file.set_attribute("seconds", node.time.seconds);
  file.set_attribute("share", node.time.share);
  write_results(file, node);
  store::write_sealed(path, file.image(), file.extents());
}

NodeRecord read_node(const std::filesystem::path& path) {
  const store::File file = open_record(path, kNode);
  NodeRecord node;
  node.time = time_of(file);
  read_results(file, node);
  return node;
}

NodeTime read_node_time(const std::filesystem::path& path) { return time_of(open_record(path, kNode)); }

}  // namespace ltr::record
