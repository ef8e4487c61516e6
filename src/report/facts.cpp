// SPDX-License-Identifier: Apache-2.0
#include "report/facts.hpp"

#include <algorithm>
#include <set>

#include "base/format.hpp"
#include "metric/shots.hpp"

namespace ltr::report {
namespace {
/// Test images of each class; empty before any cell is complete.
std::vector<std::int64_t> test_totals(const record::RunRecord& run) {
  const auto complete = std::ranges::find_if(run.cells, [](const record::CellRecord& cell) {
    return cell.error.empty() && !cell.test.total.empty();
  });
  return complete == run.cells.end() ? std::vector<std::int64_t>{} : complete->test.total;
}

std::string counted(std::int64_t number, std::string_view one, std::string_view many) {
  return base::format("{} {}", base::with_thousands(number), number == 1 ? one : many);
}

/// "many (> 100 training images a class): 385 classes, 88,693 images", and how many of the classes have test
/// images if not all do: only those are in the group's accuracy.
std::string group_fact(const RunView& view, const std::vector<std::int64_t>& totals, metric::Shot shot) {
  const record::RunRecord& run = *view.run;
  std::int64_t classes = 0;
  std::int64_t images = 0;
  std::int64_t untested = 0;
  for (std::size_t k = 0; k < view.shots.size(); ++k) {
    if (view.shots[k] != shot) continue;
    ++classes;
    images += run.class_counts[k];
    if (!totals.empty() && totals[k] == 0) ++untested;
  }
  const std::string range = shot == metric::Shot::many ? base::format("> {}", run.shots.many_above)
                            : shot == metric::Shot::few
                                ? base::format("< {}", run.shots.few_below)
                                : base::format("{} to {}", run.shots.few_below, run.shots.many_above);
  const std::string tested =
      untested == 0 ? "" : base::format("; {} with test images", base::with_thousands(classes - untested));
  return base::format("{} ({} training images a class): {}, {}{}", metric::name_of(shot), range,
                      counted(classes, "class", "classes"), counted(images, "image", "images"), tested);
}

std::string seeds_fact(const ResultSet& set) {
  std::set<std::uint64_t> seeds;
  for (const Cell* cell : set.cells) seeds.insert(cell->key.seed);
  std::vector<std::string> words;
  for (const std::uint64_t seed : seeds) words.push_back(std::to_string(seed));
  constexpr std::size_t kShown = 30;
  return base::format("seeds {}; n is the number of them that are complete", listed(words, ", ", kShown));
}

/// What the columns mean.
std::string_view columns_fact(MeasureSet measures) {
  switch (measures) {
    case MeasureSet::groups:
      return "all: over images; the groups are means over their classes";
    case MeasureSet::groups_and_balanced:
      return "all: over images; balanced: mean over classes; the groups are means over their classes";
    case MeasureSet::all:
      return "top-1 over all test images";
    case MeasureSet::quality:
      return "all, top-5: right images of all; balanced error: 100 minus the mean over classes; ECE: "
             "expected "
             "calibration error, 15 bins";
    case MeasureSet::shifted:
      return "forward r: the largest class of training has r times the test images of the smallest; "
             "backward: "
             "the smallest; measured by weighting classes";
    case MeasureSet::classes:
      break;
  }
  return "right images of each class's test images";
}
}  // namespace

std::string listed(std::span<const std::string> words, std::string_view separator, std::size_t most) {
  if (words.size() <= most) return base::join(words, separator);
  return base::format("{}{}and {} more", base::join(words.first(most), separator), separator,
                      base::with_thousands(static_cast<std::int64_t>(words.size() - most)));
}

std::string title_of(const TableKind& kind, const ResultSet& set) {
  const record::RunRecord& first = *set.first().run;
  const bool one_backbone = std::ranges::all_of(
      set.runs, [&](const RunView* view) { return view->run->backbone == first.backbone; });
  std::vector<std::string> subject;
  if (!kind.has(Axis::dataset)) subject.push_back(first.data_names.at("train"));
  if (one_backbone && !kind.has(Axis::backbone)) subject.push_back(first.backbone);
  const std::string_view what =
      kind.measures == MeasureSet::quality ? "in percent" : "top-1 test accuracy in percent";
  const std::string name = kind.name == "grid" ? "" : base::format("{} ({}): ", kind.name, kind.help);
  return base::format("{}{}{}{}, mean ± standard deviation over seeds", name, base::join(subject, ", "),
                      subject.empty() ? "" : ": ", what);
}

std::vector<std::string> facts_of(const TableKind& kind, const ResultSet& set) {
  std::vector<std::string> facts;
  const RunView& first = set.first();
  const bool same_groups = std::ranges::all_of(set.runs, [&first](const RunView* view) {
    return view->shots == first.shots && view->run->class_counts == first.run->class_counts;
  });
  const bool of_groups =
      kind.measures == MeasureSet::groups || kind.measures == MeasureSet::groups_and_balanced;
  if (of_groups && same_groups) {
    const std::vector<std::int64_t> totals = test_totals(*first.run);
    for (const metric::Shot shot : {metric::Shot::many, metric::Shot::medium, metric::Shot::few}) {
      facts.push_back(group_fact(first, totals, shot));
    }
  }
  facts.emplace_back(columns_fact(kind.measures));
  facts.push_back(seeds_fact(set));
  if (std::ranges::any_of(set.runs,
                          [](const RunView* view) { return view->run->test_serves_as_validation; })) {
    facts.emplace_back("note: the test set served as validation, so epochs and tau were chosen on it");
  }
  return facts;
}

std::vector<std::string> defects_of(const ResultSet& set) {
  std::set<std::string> sentences;
  for (const RunView* view : set.runs) sentences.insert(view->defects.begin(), view->defects.end());
  return {sentences.begin(), sentences.end()};
}

std::vector<std::string> gaps_of(const ResultSet& set) {
  constexpr std::size_t kShown = 100;
  std::vector<std::string> gaps;
  std::size_t found = 0;
  for (const Cell* cell : set.cells) {
    if (cell->complete() || ++found > kShown) continue;
    gaps.push_back(cell->status == CellStatus::missing
                       ? base::format("missing: {}: not computed yet", cell->id)
                       : base::format("failed: {}: {}", cell->id, cell->record->error));
  }
  if (found > kShown) gaps.push_back(base::format("and {} more cells failed or missing", found - kShown));
  return gaps;
}

}  // namespace ltr::report
