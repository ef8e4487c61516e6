// SPDX-License-Identifier: Apache-2.0
#include "config/toml.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"
#include "base/text_file.hpp"
#include "config/check.hpp"
#include "config/document.hpp"
#include "config/fidelity.hpp"
#include "config/keys.hpp"
#include "config/value.hpp"

namespace ltr::config {
namespace {

constexpr std::int64_t kFormat = 1;
constexpr std::size_t kMostBytes = std::size_t{1} << 20;

void check_format(const Document& document) {
  const toml::node* node = document.find("format");
  if (node == nullptr) {
    throw base::ConfigError(base::format(
        "{}: missing key format; it says which keys the file may have; write \"format = {}\" at the top",
        document.place_of("format"), kFormat));
  }
  if (node->value<std::int64_t>() != kFormat) {
    throw base::ConfigError(
        base::format("{}: format: {} is given; this program reads format {} only; write that, or "
                     "use the program the file was written for",
                     document.place_of("format"), describe(*node), kFormat));
  }
}

[[noreturn]] void missing(const Document& document, const std::string& key) {
  const std::string table = key.substr(0, key.find('.'));
  const std::string what = document.has_table(table) ? "key " + key : "table [" + table + "]";
  throw base::ConfigError(base::format("{}: missing {}; {} has no default; write [{}] and {} = ... below it",
                                       document.place_of(key), what, key, table,
                                       key.substr(table.size() + 1)));
}

/// Throws: ConfigError if both names are given.
void add_note_of_old_name(const Document& document, const Key& old, std::vector<std::string>& notes) {
  if (document.find(old.now.path) != nullptr) {
    throw base::ConfigError(
        base::format("{}: {}: this is the earlier name of {}, which is given too; one of them would change "
                     "nothing without a word; remove it",
                     document.place_of(old.path), old.path, old.now.path));
  }
  notes.push_back(base::format("{}: {} is now called {}; the earlier name is still read",
                               document.place_of(old.path), old.path, old.now.path));
}

Configuration read(const Document& document) {
  check_format(document);
  Configuration configuration;
  const auto read_key = [&](const Key& key, auto&& field) {
    const toml::node* node = document.find(key.path);
    if (node == nullptr) {
      if (key.presence == Presence::required) missing(document, std::string(key.path));
      return;
    }
    if (key.is_renamed()) add_note_of_old_name(document, key, configuration.notes);
    try {
      read_value(*node, std::forward<decltype(field)>(field));
    } catch (const base::ConfigError& error) {
      throw base::ConfigError(
          base::format("{}: {}: {}", document.place_of(key.path), key.path, error.what()));
    }
  };
  // The mode first: it is the default of other keys.
  read_key(key_of("fidelity.mode"), configuration.fidelity.mode);
  follow(configuration.fidelity.mode, configuration);
  visit_keys(configuration, read_key);
  check(configuration,
        [&](std::string_view key, std::string_view other) { return document.place_of(key, other); });
  return configuration;
}

/// A key below a table, and its value.
struct Member {
  std::string path;
  std::string value;
};

/// One key of a table, or several as an inline table: "epochs = 90", "crt.epochs = 10", "tau = { from = 0.0,
/// ... }".
std::string table_line(const std::string& name, const std::vector<Member>& members) {
  if (members.size() == 1) {
    const Member& only = members.front();
    return base::format("{}{}{} = {}\n", name, only.path.empty() ? "" : ".", only.path, only.value);
  }
  std::vector<std::string> words;
  for (const Member& member : members) words.push_back(base::format("{} = {}", member.path, member.value));
  return base::format("{} = {{ {} }}\n", name, base::join(words, ", "));
}

/// What of a value matters to results. A file is told from another by its content, which is compared where it
/// is read, so a path is only given or not.
std::string_view what_matters(const KeyText& key) {
  const bool given = key.names_files && key.value != value_text(std::string());
  return given ? "given" : std::string_view(key.value);
}

/// Cuts `path` at its first dot and returns the part before; `path` keeps the part after.
std::string take_step(std::string& path) {
  const std::size_t dot = path.find('.');
  std::string step = path.substr(0, dot);
  path.erase(0, dot == path.npos ? dot : dot + 1);
  return step;
}

/// Throws: ConfigError if the file is empty or no text, or larger than any configuration.
std::string text_of(const std::filesystem::path& file) {
  std::string why = "it is empty";
  try {
    std::string text = base::read_text_file(file, kMostBytes);
    if (!text.empty()) return text;
  } catch (const base::DataError& error) {
    why = error.what();
  }
  throw base::ConfigError(base::format(
      "{}: the configuration cannot be read ({}); without it nothing can start", shown(file.string()), why));
}

/// The value under an earlier name, when what is a list now was one value.
template <class Field>
std::string former_text(const Field& field) {
  return value_text(field);
}
template <class Item>
std::string former_text(const std::vector<Item>& list) {
  return list.size() == 1 ? value_text(list.front()) : value_text(list);
}

}  // namespace

Configuration parse_configuration(std::string_view text, std::string_view name,
                                  std::span<const std::string> overrides) {
  try {
    Document document(text, name);
    for (const std::string& assignment : overrides) document.override_with(assignment);
    return read(document);
  } catch (const base::ConfigError& error) {
    // It quotes what stands in the file, which may be anything.
    throw base::ConfigError(base::printable(error.what()));
  }
}

Configuration read_configuration(const std::filesystem::path& file, std::span<const std::string> overrides) {
  return parse_configuration(text_of(file), file.string(), overrides);
}

std::string to_toml(const Configuration& configuration) {
  std::string text = base::format("format = {}\n", kFormat);
  std::string open_table;
  std::string open_name;
  std::vector<Member> members;
  const auto flush = [&] {
    if (!members.empty()) text += table_line(open_name, members);
    members.clear();
  };
  for (KeyText& row : key_texts(configuration)) {
    Member key{std::move(row.path), std::move(row.value)};
    const std::string table = take_step(key.path);
    const std::string name = take_step(key.path);
    if (table != open_table || name != open_name) flush();
    if (table != open_table) text += base::format("\n[{}]\n", table);
    open_table = table;
    open_name = name;
    members.push_back(std::move(key));
  }
  flush();
  return text;
}

std::vector<std::string> settings(const Configuration& configuration) {
  struct Line {
    Key key;
    std::string text;
  };
  const auto lines_of = [](const Configuration& any) {
    std::vector<Line> lines;
    visit_keys(any, [&]<class Field>(const Key& key, const Field& field) {
      const KeyText text{std::string(key.path), key.is_renamed() ? former_text(field) : value_text(field),
                         kNamesFiles<Field>};
      lines.push_back({key, base::format("{} = {}", key.path, what_matters(text))});
    });
    return lines;
  };
  const std::vector<Line> defaults = lines_of({});
  const std::vector<Line> lines = lines_of(configuration);
  std::set<std::string_view> renamed;
  for (const Line& line : lines) renamed.insert(line.key.now.path);
  std::vector<std::string> found;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& [key, text] = lines[i];
    if (!changes_results(key) || renamed.contains(key.path)) continue;
    if (key.since == Since::later && text == defaults[i].text) continue;
    found.push_back(text);
  }
  return found;
}

std::string KeyDifference::text() const { return base::format("{}: {} here, {} there", key, here, there); }

std::vector<KeyDifference> differing_keys(const Configuration& here, const Configuration& there) {
  const std::vector<KeyText> ours = key_texts(here);
  const std::vector<KeyText> theirs = key_texts(there);
  std::vector<KeyDifference> differing;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const Key& key = key_of(ours[i].path);
    if (key.effect == Effect::output || what_matters(ours[i]) == what_matters(theirs[i])) continue;
    differing.push_back({key.path, ours[i].value, theirs[i].value});
  }
  return differing;
}

}  // namespace ltr::config
