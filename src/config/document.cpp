// SPDX-License-Identifier: Apache-2.0
#include "config/document.hpp"

#include <algorithm>
#include <iterator>

#include "base/error.hpp"
#include "base/format.hpp"
#include "config/configuration.hpp"
#include "config/keys.hpp"
#include "config/value.hpp"

namespace ltr::config {
namespace {

/// The path of `key` below `table`; a dot inside a quoted key does not name a table.
std::string below(const std::string& table, std::string_view key) {
  const std::string step = key.find('.') == key.npos ? std::string(key) : base::format("\"{}\"", key);
  return table.empty() ? step : table + "." + step;
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == text.npos ? "" : text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

/// Behind the string that begins at `at`, or behind its line where it does not end.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const bool many_lines = text.substr(at).starts_with(std::string(3, quote));
  const std::string closing(many_lines ? 3 : 1, quote);
  for (at += closing.size(); at < text.size(); ++at) {
    if (text.substr(at).starts_with(closing)) {
      at += closing.size();
      while (many_lines && at < text.size() && text[at] == quote) ++at;
      return at;
    }
    if (text[at] == '\n' && !many_lines) return at;
    if (text[at] == '\\' && quote == '"') ++at;
  }
  return text.size();
}

/// The parser makes a table of every step of a dotted key, each inside the one before it, and takes them
/// apart by calls of as many levels. Throws: ConfigError with the place of a key that has more steps than it
/// can take: `place`, and the line of a file.
void refuse_deep_keys(std::string_view text, std::string place, bool of_file = false) {
  constexpr int kMostSteps = 16;
  int steps = 1;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      at = end_of_string(text, at);
      continue;
    }
    if (c == '#') {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    if (std::string_view("\n=,{[").find(c) != std::string_view::npos) steps = 1;
    if (c == '.' && ++steps > kMostSteps) {
      if (of_file) place += base::format(":{}", 1 + std::ranges::count(text.substr(0, at), '\n'));
      throw base::ConfigError(
          base::format("{}: a key of more than {} steps; no key has more than three, and one that is "
                       "not read would change nothing without a word; remove it",
                       place, kMostSteps));
    }
    ++at;
  }
}

std::string_view last_step(std::string_view path) { return path.substr(path.rfind('.') + 1); }

/// Quoting is a nuisance in a shell, so a value that is no TOML and does not try to be is a string.
bool is_bare_word(std::string_view value) {
  return value.empty() || std::string_view("\"'[{").find(value.front()) == std::string_view::npos;
}

toml::table parse_override_value(const std::string& value, const std::string& place) {
  if (!is_bare_word(value) || value.find('\n') != value.npos) refuse_deep_keys(value, place);
  try {
    toml::table table = toml::parse("value = " + value);
    if (table.size() == 1) return table;
  } catch (const toml::parse_error& error) {
    if (!is_bare_word(value)) {
      throw base::ConfigError(
          base::format("{}: the value is not TOML ({}); names inside a list need quotes, as in --set "
                       "'run.list=[\"a\", \"b\"]'",
                       place, error.description()));
    }
  }
  return toml::table{{"value", value}};
}

}  // namespace

Document::Document(std::string_view text, std::string_view name) : name_(name) {
  known_keys_.emplace_back("format");
  const Configuration defaults;
  visit_keys(defaults, [this](const Key& key, const auto&) {
    const std::string_view path = key.path;
    known_keys_.emplace_back(path);
    for (std::size_t dot = path.find('.'); dot != path.npos; dot = path.find('.', dot + 1)) {
      known_tables_.emplace(path.substr(0, dot));
    }
  });
  refuse_deep_keys(text, name_, /*of_file=*/true);
  try {
    layers_.push_back(toml::parse(text, name));
  } catch (const toml::parse_error& error) {
    throw base::ConfigError(base::format("{}: not TOML: {}; correct this line, nothing was read",
                                         place(error.source()), error.description()));
  }
  add_table("", layers_.back());
}

void Document::override_with(const std::string& assignment) {
  override_ = "--set " + shown(assignment);
  const std::size_t equals = assignment.find('=');
  if (equals == assignment.npos || equals == 0) {
    throw base::ConfigError(base::format(
        "{}: no key and value; an override replaces one key, write --set table.key=value", override_));
  }
  const std::string path = trimmed(assignment.substr(0, equals));
  refuse_deep_keys(path, override_);
  layers_.push_back(parse_override_value(trimmed(assignment.substr(equals + 1)), override_));
  // Every table on the way counts as opened, as if the file had a line with the whole path.
  for (std::size_t dot = path.find('.'); dot != path.npos; dot = path.find('.', dot + 1)) {
    tables_seen_.insert(path.substr(0, dot));
  }
  add(path, override_, *layers_.back().get("value"));
  override_.clear();
}

const toml::node* Document::find(std::string_view key) const {
  const auto found = given_.find(key);
  return found == given_.end() ? nullptr : found->second.node;
}

std::string Document::place_of(std::string_view key, std::string_view other) const {
  for (const std::string_view candidate : {key, other}) {
    const auto found = given_.find(candidate);
    if (found != given_.end()) return found->second.place;
  }
  return name_;
}

void Document::add_table(const std::string& path, const toml::table& table) {
  tables_seen_.insert(path);
  for (const auto& [key, node] : table) add(below(path, key.str()), place(key.source()), node);
}

void Document::add(const std::string& path, const std::string& key_place, const toml::node& node) {
  if (std::ranges::find(known_keys_, path) != known_keys_.end()) {
    given_[path] = {&node, override_.empty() ? place(node.source()) : override_};
  } else if (!known_tables_.contains(path)) {
    unknown_key(path, key_place);
  } else if (const toml::table* table = node.as_table()) {
    add_table(path, *table);
  } else {
    throw base::ConfigError(base::format("{}: {}: {} is given; a table is expected, as in [{}]", key_place,
                                         path, describe(node), path));
  }
}

std::string Document::place(const toml::source_region& region) const {
  if (!override_.empty()) return override_;
  return base::format("{}:{}:{}", name_, region.begin.line, region.begin.column);
}

void Document::unknown_key(const std::string& path, const std::string& place) const {
  std::vector<std::string> known = known_keys_;
  known.insert(known.end(), known_tables_.begin(), known_tables_.end());
  // A key put into the wrong table is far from itself by edits, so keys of the same last step come first.
  std::vector<std::string> namesakes;
  std::ranges::copy_if(known, std::back_inserter(namesakes),
                       [&](const std::string& key) { return last_step(key) == last_step(path); });
  std::string nearest = base::nearest_word(path, namesakes.empty() ? known : namesakes);
  if (nearest.empty() && !namesakes.empty()) nearest = namesakes.front();
  throw base::ConfigError(base::format(
      "{}: unknown key {}; a key that is not read would change nothing without a word; {}", place,
      shown(path), nearest.empty() ? "remove it" : base::format("did you mean {}?", nearest)));
}

}  // namespace ltr::config
