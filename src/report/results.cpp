// SPDX-License-Identifier: Apache-2.0
#include "report/results.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include <sys/stat.h>

#include "base/check.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"
#include "config/plan.hpp"
#include "config/toml.hpp"
#include "metric/label_shift.hpp"

namespace ltr::report {
namespace {
/// One sentence a pack: "train list: 61,770 images dropped, 3 taken although damaged".
std::vector<std::string> defects_of(const record::RunRecord& run) {
  const auto number_in = [](const std::map<std::string, std::int64_t>& numbers, const std::string& pack) {
    const auto at = numbers.find(pack);
    return at == numbers.end() ? 0 : at->second;
  };
  std::vector<std::string> sentences;
  for (const std::string pack : {"train", "validation", "test"}) {
    std::vector<std::string> words;
    const auto add = [&words](std::int64_t images, std::string_view pattern) {
      if (images != 0) words.push_back(base::format(pattern, base::with_thousands(images)));
    };
    const std::int64_t dropped = number_in(run.data_dropped, pack);
    add(dropped, dropped == 1 ? "{} image dropped" : "{} images dropped");
    add(number_in(run.data_lenient, pack), "{} taken although damaged");
    if (!words.empty()) sentences.push_back(base::format("{} list: {}", pack, base::join(words, ", ")));
  }
  return sentences;
}

RunView view_of(const record::RunRecord& run, std::string name) {
  RunView view;
  view.run = &run;
  view.configuration =
      config::parse_configuration(run.configuration, base::format("the configuration of record {}", name));
  view.name = std::move(name);
  view.keys = config::key_texts(view.configuration);
  for (config::KeyText& key : view.keys) key.value = base::printable(key.value);
  view.shots = metric::shots_of(run.class_counts, run.shots);
  view.classes_by_count = metric::classes_by_count(run.class_counts);
  view.public_set = public_set_of(run);
  view.dataset = view.public_set != nullptr ? std::string(view.public_set->name) : run.data_names.at("train");
  view.defects = defects_of(run);
  return view;
}

void add_cells(const RunView& view, std::vector<Cell>& cells) {
  std::set<CellKey> held;
  for (const record::CellRecord& record : view.run->cells) {
    Cell& cell = cells.emplace_back(Cell{key_of(record), record.id, &view, &record, CellStatus::failed, {}});
    held.insert(cell.key);
    if (!record.error.empty()) continue;
    cell.status = CellStatus::complete;
    cell.accuracy = metric::group_accuracy(record.test, view.shots);
  }
  for (const config::PlanCell& planned : config::make_plan(view.configuration).cells) {
    if (held.contains(key_of(planned))) continue;
    cells.push_back({key_of(planned), planned.id, &view, nullptr, CellStatus::missing, {}});
  }
}

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
  for (auto* text : {&training.draws_digest, &training.weights_digest, &training.state_digest})
    make_printable(*text);
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

std::string name_of(const Representation& representation) {
  return config::representation_name(representation.sampling, representation.loss);
}

std::vector<std::pair<std::string_view, std::string>> columns_of(const Method& method) {
  return {{"sampling", name_of(static_cast<const Representation&>(method))},
          {"learning", std::string(config::name_of(method.learning))}};
}

std::string RunView::value_of(std::string_view key) const {
  const auto at = std::ranges::find(keys, key, &config::KeyText::path);
  return at == keys.end() ? "" : at->value;
}

Results::Results(std::vector<record::RunRecord> records, std::span<const std::string> files)
    : records_(std::move(records)) {
  LTR_EXPECT(!records_.empty() && (files.empty() || files.size() == records_.size()));
  runs_.reserve(records_.size());  // cells point to them
  for (std::size_t i = 0; i < records_.size(); ++i) {
    runs_.push_back(view_of(
        records_[i], files.empty() ? std::to_string(i + 1) : base::format("{} ({})", i + 1, files[i])));
    add_cells(runs_.back(), cells_);
  }
  std::ranges::stable_sort(cells_, {}, &Cell::key);
}

std::vector<const RunView*> Results::all_runs() const {
  std::vector<const RunView*> all;
  for (const RunView& view : runs_) all.push_back(&view);
  return all;
}

std::vector<std::string> group_of(const RunView& view, const GroupBy& by) {
  std::vector<std::string> values{by.by_data ? view.dataset : ""};
  for (const std::string& key : by.keys) values.push_back(view.value_of(key));
  return values;
}

ResultSet result_set(const Results& results, std::vector<const RunView*> runs, const GroupBy& by) {
  LTR_EXPECT(!runs.empty());
  std::map<std::vector<std::string>, std::size_t> numbers;
  std::map<const RunView*, std::size_t> groups;
  for (const RunView* view : runs) {
    groups[view] = numbers.emplace(group_of(*view, by), numbers.size()).first->second;
  }
  std::map<std::pair<std::size_t, CellKey>, const Cell*> chosen;
  std::vector<std::pair<const Cell*, const Cell**>> candidates;
  for (const Cell& cell : results.cells()) {
    const auto group = groups.find(cell.view);
    if (group == groups.end()) continue;
    const Cell*& first = chosen[{group->second, cell.key}];
    if (first == nullptr || (first->record == nullptr && cell.record != nullptr)) first = &cell;
    candidates.emplace_back(&cell, &first);
  }
  ResultSet set{std::move(runs), {}};
  for (const auto& [cell, first] : candidates) {
    if (cell == *first) set.cells.push_back(cell);
  }
  return set;
}

std::vector<RepresentationResults> representations_of(const ResultSet& set) {
  std::vector<RepresentationResults> all;
  for (const Cell* cell : set.cells) {
    if (!cell->complete()) continue;
    const Method& method = cell->key;
    if (all.empty() || all.back().representation != method) all.push_back({method, {}});
    std::vector<MethodResults>& methods = all.back().methods;
    if (methods.empty() || methods.back().method != method) methods.push_back({method, {}});
    methods.back().cells.push_back(cell);
  }
  return all;
}

std::vector<Stage1Results> stage_1s_of(const ResultSet& set) {
  std::map<Representation, std::map<std::uint64_t, const record::Stage1Record*>> found;
  for (const RunView* view : set.runs) {
    for (const record::Stage1Record& stage_1 : view->run->stage_1) {
      found[representation_of(stage_1)].emplace(stage_1.seed, &stage_1);
    }
  }
  std::vector<Stage1Results> stage_1s;
  for (const auto& [representation, seeds] : found) {
    Stage1Results& results = stage_1s.emplace_back(Stage1Results{representation, {}});
    for (const auto& [seed, stage_1] : seeds) results.seeds.push_back(stage_1);
  }
  return stage_1s;
}

std::int64_t best_epoch(const Cell& cell) {
  if (!cell.complete()) return -1;
  if (cell.record->training.best_epoch >= 0) return cell.record->training.best_epoch;
  const auto& stages = cell.view->run->stage_1;
  const auto stage_1 = std::ranges::find(stages, cell.record->stage_1, &record::Stage1Record::id);
  return stage_1 == stages.end() ? -1 : stage_1->training.best_epoch;
}

bool has_tau(const Cell& cell) {
  return cell.complete() && config::method_of(cell.key.learning).sweep != nullptr;
}

std::string_view remark_of(const Cell& cell) {
  return has_tau(cell) && cell.view->run->test_serves_as_validation ? "tau chosen on test" : "";
}

std::string status_of(const Cell& cell) {
  switch (cell.status) {
    case CellStatus::complete:
      return "complete";
    case CellStatus::failed:
      return "failed: " + cell.record->error;
    case CellStatus::missing:
      break;
  }
  return "missing";
}

const config::PublicSet* public_set_of(const record::RunRecord& run) {
  const auto sets = config::public_sets();
  const auto found = [&sets](const auto& matches) {
    const auto at = std::ranges::find_if(sets, matches);
    return at == sets.end() ? nullptr : &*at;
  };
  const auto hash = run.data_hashes.find("train.list");
  if (hash != run.data_hashes.end()) {
    const auto* const by_list = found([&hash](const config::PublicSet& set) {
      return set.train != nullptr && set.train->hash == hash->second;
    });
    if (by_list != nullptr) return by_list;
  }
  const std::int64_t images =
      std::accumulate(run.class_counts.begin(), run.class_counts.end(), std::int64_t{0});
  return found([&run, images](const config::PublicSet& set) {
    return set.classes == std::ssize(run.class_counts) && set.training_images == images;
  });
}

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

Results read_results(std::span<const std::string> paths, std::vector<std::string>& notes) {
  std::vector<record::RunRecord> runs;
  std::vector<std::string> files;
  std::map<Identity, std::string> read;
  for (const std::string& path : paths) {
    const std::string name = base::printable(path);
    const auto [first, fresh] = read.emplace(identity_of(path), name);
    if (!fresh) {
      notes.push_back(base::format("{} and {} are the same file, which is read once", first->second, name));
      continue;
    }
    files.push_back(name);
    record::RunRecord& run = runs.emplace_back(record::read_run(path));
    make_printable(run);
    for (record::CellRecord& cell : run.cells) {
      cell.validation = {};
      cell.test.confusion = {};
    }
  }
  return Results(std::move(runs), files);
}

}  // namespace ltr::report
