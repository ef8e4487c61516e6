// SPDX-License-Identifier: Apache-2.0
#include "report/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/format.hpp"
#include "config/toml.hpp"
#include "report/compatibility.hpp"
#include "report/facts.hpp"

namespace ltr::report {
namespace {
constexpr std::string_view kFidelity = "fidelity.";
constexpr std::size_t kSeedsForVerdict = 3;
constexpr std::size_t kReasons = 40;  ///< said in full

template <class Range, class Value>
bool contains(const Range& range, const Value& value) {
  return std::ranges::find(range, value) != std::ranges::end(range);
}

/// Every key of the recipe with its value. The files that every configuration must name do not matter.
const std::vector<config::KeyText>& recipe_of(const config::PublicSet& set) {
  static const auto recipes = [] {
    constexpr std::string_view kPlaces =
        "format = 1\n[run]\noutput = \"run.h5\"\n[data]\ntrain = \"train.h5\"\ntest = \"test.h5\"\n";
    std::map<std::string_view, std::vector<config::KeyText>> all;
    for (const config::PublicSet& each : config::public_sets()) {
      // Published values are those of the authors' code.
      std::vector<std::string> keys{"fidelity.mode=reference"};
      keys.insert(keys.end(), each.recipe.begin(), each.recipe.end());
      all[each.name] = config::key_texts(config::parse_configuration(kPlaces, each.title, keys));
    }
    return all;
  }();
  return recipes.at(set.name);
}

std::string_view hash_of(const RunView& view, const std::string& name) {
  const auto at = view.run->data_hashes.find(name);
  return at == view.run->data_hashes.end() ? std::string_view() : at->second;
}

void add_lists(const RunView& view, const config::PublicSet& set, Mismatch& found) {
  const auto add = [&](const std::string& part, const config::PublicList* list) {
    if (list == nullptr) {
      found.add(base::format("no hash of {}'s public {} list is known", set.title, part));
    } else if (hash_of(view, part + ".list") != list->hash) {
      found.add(base::format("the {} list is not the public {}", part, list->file));
    }
  };
  add("train", set.train);
  if (!view.run->test_serves_as_validation) add("validation", set.validation);
  add("test", set.test);
  // A list with images missing is not the published set.
  for (const std::string& sentence : view.defects) found.add(sentence);
}

void add_recipe(const Cell& cell, const config::PublicSet& set, const PublishedRow& row, Mismatch& found) {
  const RunView& view = *cell.view;
  const auto compare = [&](const config::KeyText& here, const std::string& published) {
    if (here.value != published) found.add(here, published);
  };
  compare({"model.backbone", std::string(config::name_of(view.configuration.model.backbone))}, row.backbone);
  compare({"stage_1.epochs", std::to_string(view.configuration.stage_1.epochs)}, std::to_string(row.epochs));
  const std::vector<config::KeyText>& recipe = recipe_of(set);
  for (std::size_t i = 0; i < recipe.size(); ++i) {
    if (decides_verdict(recipe[i].path, cell)) compare(view.keys[i], recipe[i].value);
  }
}

void add_weights(const RunView& view, const config::PublicSet& set, const PublishedRow& row,
                 Mismatch& found) {
  if (!view.configuration.stage_1.weights.empty()) {
    return found.add("stage 1 is taken from stage_1.weights, not trained");
  }
  if (set.from_pretrained && row.pretrained_sha256.empty()) {
    return found.add("no hash of the pre-trained weights was published");
  }
  const std::string_view hash = hash_of(view, "model.pretrained");
  if (hash == row.pretrained_sha256) return;
  const auto shown = [](std::string_view text) {
    constexpr std::size_t kShown = 12;
    return text.empty() ? std::string_view("none") : text.substr(0, kShown);
  };
  found.add(base::format("the pre-trained weights' hash is {}, published with {}", shown(hash),
                         shown(row.pretrained_sha256)));
}

std::string clause_of(const config::KeyText& here, const std::string& published) {
  return base::format("{} is {}, published with {}", here.path, here.value, published);
}

bool same_network(const PublishedRow& row, const RunView& view) {
  return view.dataset == row.dataset && view.run->backbone == row.backbone &&
         view.configuration.stage_1.epochs == row.epochs;
}

/// Whether some table of the report is made of rows of this name.
bool names_a_table(std::string_view name) {
  return std::ranges::any_of(table_kinds(),
                             [name](const TableKind& kind) { return contains(kind.published, name); });
}

/// Whether the row stands in the table at all; `adds_axes` then says how.
bool fits(const TableKind& kind, const PublishedRow& row, const std::vector<const RunView*>& runs,
          bool& adds_axes) {
  const bool of_kind = contains(kind.published, row.table);
  if (!of_kind && names_a_table(row.table)) return false;
  if (!kind.shows({.sampling = row.sampling}, row.strategy)) return false;
  const bool of_the_data =
      kind.has(Axis::dataset)
          ? contains(kind.datasets, row.dataset)
          : std::ranges::any_of(runs, [&](const RunView* view) { return view->dataset == row.dataset; });
  if (!of_the_data) return false;
  adds_axes = of_kind && kind.published_of == PublishedOf::any_network;
  return adds_axes ||
         std::ranges::any_of(runs, [&](const RunView* view) { return same_network(row, *view); });
}
}  // namespace

void Mismatch::add(std::string clause) {
  if (!contains(clauses_, clause)) clauses_.push_back(std::move(clause));
}

void Mismatch::add(const config::KeyText& here, const std::string& published) {
  if (!here.path.starts_with(kFidelity)) return add(clause_of(here, published));
  const bool said = std::ranges::any_of(fidelity_, [&here](const Point& point) {
    return point.here.path == here.path && point.here.value == here.value;
  });
  if (!said) fidelity_.push_back({here, published});
}

void Mismatch::add(const Mismatch& other) {
  for (const std::string& clause : other.clauses_) add(clause);
  for (const Point& point : other.fidelity_) add(point.here, point.published);
}

std::vector<std::string> Mismatch::clauses() const {
  std::vector<std::string> all = clauses_;
  if (fidelity_.size() == 1) {
    all.push_back(clause_of(fidelity_.front().here, fidelity_.front().published));
  } else if (!fidelity_.empty()) {
    std::vector<std::string> points;
    for (const Point& point : fidelity_) {
      points.push_back(base::format("{} = {}", point.here.path.substr(kFidelity.size()), point.here.value));
    }
    all.push_back(base::format("fidelity is not the authors' code: {}", base::join(points, ", ")));
  }
  return all;
}

Mismatch mismatch_of(const Cell& cell, const PublishedRow& row) {
  const RunView& view = *cell.view;
  Mismatch found;
  if (view.public_set == nullptr) {
    found.add(base::format("no public list of {} is known, so the split may be another", view.dataset));
  } else if (!view.public_set->never_comparable.empty()) {
    found.add(std::string(view.public_set->never_comparable));
  } else {
    add_lists(view, *view.public_set, found);
    add_recipe(cell, *view.public_set, row, found);
    add_weights(view, *view.public_set, row, found);
  }
  return found;
}

std::vector<EligibleRow> eligible_rows(const TableKind& kind, const std::vector<const RunView*>& runs,
                                       std::span<const PublishedRow> given) {
  std::vector<EligibleRow> eligible;
  if (!kind.compares_strategies()) return eligible;
  const auto add = [&](const PublishedRow& row, bool by_user) {
    bool adds_axes = false;
    if (fits(kind, row, runs, adds_axes)) eligible.push_back({&row, by_user, adds_axes});
  };
  for (const std::string_view table : kind.published) {
    for (const PublishedRow& row : published_rows()) {
      if (row.table == table) add(row, false);
    }
  }
  for (const PublishedRow& row : given) add(row, true);
  return eligible;
}

std::size_t PublishedComparison::source_of(const PublishedRow& row) {
  const std::string name = base::format("{}, {}", row.source, row.table);
  const auto at = std::ranges::find(table_.sources, name);
  const auto number = static_cast<std::size_t>(at - table_.sources.begin());
  if (at == table_.sources.end()) {
    table_.sources.push_back(name);
    authors_.push_back(row.source);
    reasons_.emplace_back();
  }
  return number;
}

void PublishedComparison::add(TableCell& cell, std::span<const Cell* const> ours, const PublishedRow& row) {
  const bool there = std::ranges::any_of(
      cell.published, [&](const PublishedValue& value) { return authors_[value.source] == row.source; });
  if (there) return;
  PublishedValue& value = cell.published.emplace_back(
      PublishedValue{.percent = row.top1_percent, .status = row.status, .source = source_of(row)});
  bool comparable = cell.ours.n > 0;
  for (const Cell* one : ours) {
    const Mismatch mismatch = mismatch_of(*one, row);
    comparable = comparable && mismatch.empty();
    reasons_[value.source].add(mismatch);
  }
  if (!comparable) return;
  const bool near = std::abs(cell.ours.mean - row.top1_percent) <= band_;
  value.verdict = cell.ours.n < kSeedsForVerdict ? Verdict::too_few_seeds
                  : near                         ? Verdict::inside
                                                 : Verdict::outside;
}

void PublishedComparison::explain() {
  bool judged = false;
  for (const TableRow& row : table_.rows) {
    for (const TableCell& cell : row.cells) {
      judged = judged || std::ranges::any_of(cell.published, [](const PublishedValue& value) {
                 return value.verdict != Verdict::none;
               });
    }
  }
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
