// SPDX-License-Identifier: Apache-2.0
#include "report/comparable.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "base/format.hpp"
#include "config/toml.hpp"
#include "report/alike.hpp"

namespace ltr::report {
namespace {
using config::LearningKind;

/// Keys that the published recipe leaves open, or that are compared in another way.
constexpr std::array<std::string_view, 6> kNotOfTheRecipe{"model.backbone",        "model.pretrained",
                                                          "stage_1.weights",       "stage_1.epochs",
                                                          "stage_1.micro_batches", "stage_2.ncm.distance"};

/// Keys that matter to some strategies only.
bool concerns(std::string_view key, LearningKind learning) {
  const bool trains = learning == LearningKind::crt || learning == LearningKind::lws;
  if (key.starts_with("stage_2.crt.")) return learning == LearningKind::crt;
  if (key.starts_with("stage_2.lws.")) return learning == LearningKind::lws;
  if (key.starts_with("stage_2.tau.")) return learning == LearningKind::tau_normalized;
  return trains || !key.starts_with("stage_2.");
}

/// Every key of the recipe with its value; the places that a configuration must name are of no account.
const std::vector<config::KeyText>& recipe_of(const PublicSet& set) {
  static std::map<std::string_view, std::vector<config::KeyText>> recipes;
  const auto [recipe, fresh] = recipes.try_emplace(set.name);
  if (fresh) {
    constexpr std::string_view kPlaces =
        "format = 1\n[run]\noutput = \"run.h5\"\n[data]\ntrain = \"train.h5\"\ntest = \"test.h5\"\n";
    const std::vector<std::string> keys(set.recipe.begin(), set.recipe.end());
    recipe->second = config::key_texts(config::parse_configuration(kPlaces, set.title, keys));
  }
  return recipe->second;
}

std::string_view hash_of(const RunView& view, const std::string& name) {
  const auto at = view.run->data_hashes.find(name);
  return at == view.run->data_hashes.end() ? std::string_view() : at->second;
}

void add_lists(const RunView& view, const PublicSet& set, std::vector<std::string>& found) {
  const auto add = [&](const std::string& part, std::string_view file) {
    if (file.empty()) {
      found.push_back(base::format("no hash of {}'s public {} list is known", set.title, part));
    } else if (!is_list(hash_of(view, part + ".list"), file)) {
      found.push_back(base::format("the {} list is not the public {}", part, file));
    }
  };
  add("train", set.train_list);
  if (!view.run->test_serves_as_validation) add("validation", set.validation_list);
  add("test", set.test_list);
}

void add_recipe(const RunView& view, LearningKind learning, const PublicSet& set, const PublishedRow& row,
                std::vector<std::string>& found) {
  const auto add = [&](std::string_view key, std::string_view here, std::string_view there) {
    if (here != there) found.push_back(base::format("{} is {}, published with {}", key, here, there));
  };
  add("model.backbone", config::name_of(view.configuration.model.backbone), row.backbone);
  add("stage_1.epochs", std::to_string(view.configuration.stage_1.epochs), std::to_string(row.epochs));
  const std::vector<config::KeyText>& recipe = recipe_of(set);
  for (std::size_t i = 0; i < recipe.size(); ++i) {
    const std::string& key = recipe[i].path;
    if (changes_no_method(key) || !concerns(key, learning)) continue;
    if (std::ranges::find(kNotOfTheRecipe, key) != kNotOfTheRecipe.end()) continue;
    add(key, view.keys[i].value, recipe[i].value);
  }
}

void add_weights(const RunView& view, const PublicSet& set, const PublishedRow& row,
                 std::vector<std::string>& found) {
  if (!view.configuration.stage_1.weights.empty()) {
    found.emplace_back("stage 1 is taken from stage_1.weights, not trained");
    return;
  }
  if (set.from_pretrained && row.pretrained_sha256.empty()) {
    found.emplace_back("no hash of the pre-trained weights was published");
    return;
  }
  const std::string_view hash = hash_of(view, "model.pretrained");
  if (hash == row.pretrained_sha256) return;
  const auto shown = [](std::string_view text) {
    constexpr std::size_t kShown = 12;
    return text.empty() ? std::string_view("none") : text.substr(0, kShown);
  };
  found.push_back(base::format("the pre-trained weights' hash is {}, published with {}", shown(hash),
                               shown(row.pretrained_sha256)));
}
}  // namespace

std::vector<std::string> differences_from_published(const RunView& view, LearningKind learning,
                                                    const PublishedRow& row) {
  if (view.public_set == nullptr) {
    return {base::format("no public list of {} is known, so the split may be another", view.dataset)};
  }
  const PublicSet& set = *view.public_set;
  std::vector<std::string> found;
  if (!set.never_comparable.empty()) {
    found.emplace_back(set.never_comparable);
    return found;
  }
  add_lists(view, set, found);
  add_recipe(view, learning, set, row, found);
  add_weights(view, set, row, found);
  return found;
}

}  // namespace ltr::report
