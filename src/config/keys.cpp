// SPDX-License-Identifier: Apache-2.0
#include "config/keys.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

#include "base/error.hpp"
#include "base/format.hpp"
#include "config/methods.hpp"
#include "config/value.hpp"

namespace ltr::config {
namespace {

template <class Keys>
bool owns(const Keys& prefixes, std::string_view path) {
  return std::ranges::any_of(
      prefixes, [path](std::string_view prefix) { return !prefix.empty() && path.starts_with(prefix); });
}

bool owns(std::string_view prefix, std::string_view path) { return owns(std::array{prefix}, path); }

template <class Methods>
bool anyone_owns(const Methods& methods, std::string_view path) {
  return std::ranges::any_of(methods, [path](const auto& method) { return owns(method.keys, path); });
}

/// The sampling that a point of fidelity is about; null: none.
const SamplingMethod* sampling_of(std::string_view path) {
  const auto point = std::ranges::find(kFidelityPoints, path, &FidelityPoint::key);
  if (point == std::end(kFidelityPoints)) return nullptr;
  const auto sampling = std::ranges::find(kSamplings, point->as_code, &SamplingMethod::as_code);
  return sampling == std::end(kSamplings) ? nullptr : sampling;
}

/// Whether a part of the network stays as it is while the rest learns, in either stage.
bool freezes(const LearningMethod& learning, const Configuration& configuration) {
  return learning.node == NodeKind::stage_2 || learning.part == TrainedPart::last_block ||
         configuration.stage_1.trained == TrainedPart::last_block;
}

/// "1 to 1000", the names of an enumeration where they are few, or "".
template <class Field>
std::string choices_text(const Key& key, const Field& /*field*/) {
  if (key.range.is_given()) return base::format("{:.0f} to {:.0f}", key.range.least, key.range.most);
  if constexpr (std::is_same_v<Field, bool>) return "true, false";
  if constexpr (std::is_enum_v<Field>) {
    constexpr std::size_t kFew = 3;
    const auto entries = enum_entries<Field>();
    if (entries.size() > kFew) return "`--list`";
    std::vector<std::string> names;
    for (const auto& entry : entries) names.emplace_back(entry.name);
    return base::join(names, ", ");
  }
  return "";
}

template <class Item>
std::string choices_text(const Key& /*key*/, const std::vector<Item>& /*field*/) {
  return std::is_enum_v<Item> ? "of `--list`" : "a list";
}

std::string_view effect_text(Effect effect) {
  switch (effect) {
    case Effect::output:
      return "where files go";
    case Effect::placement:
      return "speed";
    case Effect::bits:
      return "rounding";
    case Effect::data:
      return "the data";
    case Effect::cells:
      return "which cells";
    case Effect::defaults:
      return "other defaults";
    case Effect::method:
      return "the method";
  }
  return "";
}

const std::vector<Key>& all_keys() {
  static const std::vector<Key> keys = [] {
    std::vector<Key> found;
    const Configuration any;
    visit_keys(any, [&](const Key& key, const auto&) { found.push_back(key); });
    return found;
  }();
  return keys;
}

}  // namespace

std::vector<KeyText> key_texts(const Configuration& configuration) {
  std::vector<KeyText> texts;
  visit_keys(configuration, [&]<class Field>(const Key& key, const Field& field) {
    if (!key.is_renamed()) texts.push_back({std::string(key.path), value_text(field), kNamesFiles<Field>});
  });
  return texts;
}

const Key& key_of(std::string_view path) {
  const auto found = std::ranges::find(all_keys(), path, &Key::path);
  if (found != all_keys().end()) return *found;
  std::vector<std::string> paths;
  for (const Key& key : all_keys()) paths.emplace_back(key.path);
  const std::string nearest = base::nearest_word(path, paths);
  throw base::ConfigError(base::format("{} is no key of a configuration{}; --keys lists them", path,
                                       nearest.empty() ? "" : base::format("; did you mean {}?", nearest)));
}

bool concerns(const Key& key, const CellMethods& cell, const Configuration& configuration) {
  const LearningMethod& learning = method_of(cell.learning);
  const Stage2& stage_2 = configuration.stage_2;
  if (anyone_owns(kStrategies, key.path)) return owns(learning.keys, key.path);
  if (anyone_owns(kLosses, key.path)) {
    return owns(method_of(cell.loss).keys, key.path) ||
           (learning.trains() && owns(method_of(stage_2.loss).keys, key.path));
  }
  if (const SamplingMethod* sampling = sampling_of(key.path)) {
    return cell.sampling == sampling->value || (learning.trains() && stage_2.sampling == sampling->value);
  }
  if (key.path == "fidelity.frozen_statistics_move") return freezes(learning, configuration);
  return learning.trains() || !key.path.starts_with("stage_2.");
}

std::string keys_text(const Configuration* configuration) {
  const Configuration defaults;
  std::string text;
  std::string_view open_table;
  visit_keys(configuration == nullptr ? defaults : *configuration, [&](const Key& key, const auto& field) {
    if (key.is_renamed()) return;
    const std::string_view table = key.path.substr(0, key.path.find('.'));
    if (table != open_table) {
      text +=
          base::format("{}### [{}]\n\n| key | {} | may be | changes | what it is |\n|---|---|---|---|---|\n",
                       text.empty() ? "" : "\n", table, configuration == nullptr ? "default" : "value");
      open_table = table;
    }
    const bool required = configuration == nullptr && key.presence == Presence::required;
    text += base::format("| `{}` | {} | {} | {} | {} |\n", key.path.substr(table.size() + 1),
                         required ? "must be given" : base::format("`{}`", value_text(field)),
                         choices_text(key, field), effect_text(key.effect), key.help);
  });
  return text;
}

}  // namespace ltr::config
