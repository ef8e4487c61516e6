// SPDX-License-Identifier: Apache-2.0
#include "report/beside.hpp"

#include <algorithm>
#include <cmath>

#include "base/format.hpp"
#include "report/facts.hpp"

namespace ltr::report {
namespace {
constexpr std::size_t kSeedsForVerdict = 3;
constexpr std::size_t kReasons = 40;  ///< said in full

template <class Range, class Value>
bool contains(const Range& range, const Value& value) {
  return std::ranges::find(range, value) != std::ranges::end(range);
}

bool same_network(const PublishedRow& row, std::span<const RunView* const> views) {
  return std::ranges::any_of(views, [&row](const RunView* view) {
    return view->dataset == row.dataset && view->run->backbone == row.backbone &&
           view->configuration.stage_1.epochs == row.epochs;
  });
}

bool of_the_data(const TableKind& kind, const PublishedRow& row, std::span<const RunView* const> views) {
  if (kind.has(Axis::dataset)) return contains(kind.datasets, row.dataset);
  return std::ranges::any_of(views, [&row](const RunView* view) { return view->dataset == row.dataset; });
}

/// Whether some table of the report is made of rows of this name.
bool names_a_table(std::string_view name) {
  return std::ranges::any_of(table_kinds(),
                             [name](const TableKind& kind) { return contains(kind.published, name); });
}

/// Whether the row stands in the table at all; `makes_place` then says how.
bool fits(const TableKind& kind, const PublishedRow& row, std::span<const RunView* const> views,
          bool& makes_place) {
  const bool of_kind = contains(kind.published, row.table);
  if (!of_kind && names_a_table(row.table)) return false;
  if (!of_the_data(kind, row, views)) return false;
  if (!kind.shows(row.sampling, row.strategy)) return false;
  makes_place = of_kind && kind.beside == Beside::any_network;
  return makes_place || same_network(row, views);
}
}  // namespace

std::vector<EligibleRow> eligible_rows(const TableKind& kind, std::span<const RunView* const> views,
                                       const TableOptions& options) {
  std::vector<EligibleRow> eligible;
  if (!kind.compares_strategies()) return eligible;
  const auto add = [&](const PublishedRow& row, bool given) {
    bool makes_place = false;
    if (fits(kind, row, views, makes_place)) eligible.push_back({&row, given, makes_place});
  };
  for (const std::string_view table : kind.published) {
    for (const PublishedRow& row : published_rows()) {
      if (row.table == table) add(row, false);
    }
  }
  for (const PublishedRow& row : options.published) add(row, true);
  return eligible;
}

std::size_t Judge::source_of(const PublishedRow& row) {
  const std::string name = base::format("{}, {}", row.source, row.table);
  const auto at = std::ranges::find(table_.sources, name);
  const auto place = static_cast<std::size_t>(at - table_.sources.begin());
  if (at == table_.sources.end()) {
    table_.sources.push_back(name);
    authors_.push_back(row.source);
    reasons_.emplace_back();
  }
  return place;
}

void Judge::put(TableCell& cell, std::span<const Cell* const> ours, const PublishedRow& row) {
  const bool there = std::ranges::any_of(
      cell.published, [&](const PublishedValue& value) { return authors_[value.source] == row.source; });
  if (there) return;
  PublishedValue& value = cell.published.emplace_back(
      PublishedValue{.percent = row.top1_percent, .status = row.status, .source = source_of(row)});
  bool comparable = cell.ours.n > 0;
  for (const Cell* one : ours) {
    const FromPublished differences = differences_from_published(*one, row);
    comparable = comparable && differences.empty();
    reasons_[value.source].add(differences);
  }
  if (!comparable) return;
  const bool near = std::abs(cell.ours.mean - row.top1_percent) <= band_;
  value.verdict = cell.ours.n < kSeedsForVerdict ? Verdict::too_few_seeds
                  : near                         ? Verdict::inside
                                                 : Verdict::outside;
}

void Judge::explain() {
  const bool judged = std::ranges::any_of(table_.rows, [](const TableRow& row) {
    return std::ranges::any_of(row.cells, [](const TableCell& cell) {
      return std::ranges::any_of(cell.published,
                                 [](const PublishedValue& value) { return value.verdict != Verdict::none; });
    });
  });
  if (judged) {
    table_.facts.push_back(
        base::format("verdict: whether our mean is at most {} points from the published value; n < {}: too "
                     "few seeds to say",
                     band_, kSeedsForVerdict));
  }
  for (std::size_t i = 0; i < reasons_.size(); ++i) {
    if (reasons_[i].empty()) continue;
    table_.notes.push_back(base::format("not comparable with [{}], so without a verdict where it is so: {}",
                                        i + 1, listed(reasons_[i].clauses(), "; ", kReasons)));
  }
}

}  // namespace ltr::report
