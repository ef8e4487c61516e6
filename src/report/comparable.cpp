// SPDX-License-Identifier: Apache-2.0
#include "report/comparable.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "base/format.hpp"
#include "config/keys.hpp"
#include "config/toml.hpp"
#include "report/alike.hpp"

namespace ltr::report {
namespace {
constexpr std::string_view kFidelity = "fidelity.";

/// Every key of the recipe with its value; the places that a configuration must name are of no account.
const std::vector<config::KeyText>& recipe_of(const PublicSet& set) {
  static std::map<std::string_view, std::vector<config::KeyText>> recipes;
  const auto [recipe, fresh] = recipes.try_emplace(set.name);
  if (fresh) {
    constexpr std::string_view kPlaces =
        "format = 1\n[run]\noutput = \"run.h5\"\n[data]\ntrain = \"train.h5\"\ntest = \"test.h5\"\n";
    // Published values are those of the authors' code.
    std::vector<std::string> keys{"fidelity.mode=reference"};
    keys.insert(keys.end(), set.recipe.begin(), set.recipe.end());
    recipe->second = config::key_texts(config::parse_configuration(kPlaces, set.title, keys));
  }
  return recipe->second;
}

std::string_view hash_of(const RunView& view, const std::string& name) {
  const auto at = view.run->data_hashes.find(name);
  return at == view.run->data_hashes.end() ? std::string_view() : at->second;
}

void add_lists(const RunView& view, const PublicSet& set, FromPublished& found) {
  const auto add = [&](const std::string& part, std::string_view file) {
    if (file.empty()) {
      found.add(base::format("no hash of {}'s public {} list is known", set.title, part));
    } else if (!is_list(hash_of(view, part + ".list"), file)) {
      found.add(base::format("the {} list is not the public {}", part, file));
    }
  };
  add("train", set.train_list);
  if (!view.run->test_serves_as_validation) add("validation", set.validation_list);
  add("test", set.test_list);
  // A list with holes is not the published set.
  for (const std::string& sentence : holes_of(*view.run)) found.add(sentence);
}

void add_recipe(const Cell& cell, const PublicSet& set, const PublishedRow& row, FromPublished& found) {
  const RunView& view = *cell.view;
  const auto compare = [&](const config::KeyText& here, const std::string& published) {
    if (here.value != published) found.add(here, published);
  };
  compare({"model.backbone", std::string(config::name_of(view.configuration.model.backbone))}, row.backbone);
  compare({"stage_1.epochs", std::to_string(view.configuration.stage_1.epochs)}, std::to_string(row.epochs));
  const std::vector<config::KeyText>& recipe = recipe_of(set);
  for (std::size_t i = 0; i < recipe.size(); ++i) {
    const config::Key& key = config::key_of(recipe[i].path);
    if (key.effect != config::Effect::method || key.recipe == config::Recipe::leaves_open) continue;
    if (!config::concerns(key, {cell.sampling, {}, cell.learning}, view.configuration)) continue;
    compare(view.keys[i], recipe[i].value);
  }
}

void add_weights(const RunView& view, const PublicSet& set, const PublishedRow& row, FromPublished& found) {
  if (!view.configuration.stage_1.weights.empty()) {
    found.add("stage 1 is taken from stage_1.weights, not trained");
    return;
  }
  if (set.from_pretrained && row.pretrained_sha256.empty()) {
    found.add("no hash of the pre-trained weights was published");
    return;
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
}  // namespace

void FromPublished::add(std::string clause) {
  if (std::ranges::find(clauses_, clause) == clauses_.end()) clauses_.push_back(std::move(clause));
}

void FromPublished::add(const config::KeyText& here, const std::string& published) {
  if (!here.path.starts_with(kFidelity)) return add(clause_of(here, published));
  const bool said = std::ranges::any_of(fidelity_, [&here](const Point& point) {
    return point.here.path == here.path && point.here.value == here.value;
  });
  if (!said) fidelity_.push_back({here, published});
}

void FromPublished::add(const FromPublished& other) {
  for (const std::string& clause : other.clauses_) add(clause);
  for (const Point& point : other.fidelity_) add(point.here, point.published);
}

std::vector<std::string> FromPublished::clauses() const {
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

FromPublished differences_from_published(const Cell& cell, const PublishedRow& row) {
  const RunView& view = *cell.view;
  FromPublished found;
  if (view.public_set == nullptr) {
    found.add(base::format("no public list of {} is known, so the split may be another", view.dataset));
    return found;
  }
  const PublicSet& set = *view.public_set;
  if (!set.never_comparable.empty()) {
    found.add(std::string(set.never_comparable));
    return found;
  }
  add_lists(view, set, found);
  add_recipe(cell, set, row, found);
  add_weights(view, set, row, found);
  return found;
}

}  // namespace ltr::report
