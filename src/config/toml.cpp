// SPDX-License-Identifier: Apache-2.0
#include "config/toml.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"
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

Configuration read(const Document& document) {
  check_format(document);
  Configuration configuration;
  const auto read_key = [&](const std::string& key, auto&& field, Presence presence) {
    const toml::node* node = document.find(key);
    if (node == nullptr) {
      if (presence == Presence::required) missing(document, key);
      return;
    }
    try {
      read_value(*node, std::forward<decltype(field)>(field));
    } catch (const base::ConfigError& error) {
      throw base::ConfigError(base::format("{}: {}: {}", document.place_of(key), key, error.what()));
    }
  };
  // The mode first: it is the default of other keys.
  read_key("fidelity.mode", configuration.fidelity.mode, Presence::optional);
  follow(configuration.fidelity.mode, configuration);
  visit_keys(configuration, read_key);
  check(configuration,
        [&](std::string_view key, std::string_view other) { return document.place_of(key, other); });
  return configuration;
}

/// One key of a table, or several as an inline table: "epochs = 90", "crt.epochs = 10", "tau = { from = 0.0,
/// ... }".
std::string table_line(const std::string& name, const std::vector<KeyText>& members) {
  if (members.size() == 1) {
    const KeyText& only = members.front();
    return base::format("{}{}{} = {}\n", name, only.path.empty() ? "" : ".", only.path, only.value);
  }
  std::vector<std::string> words;
  for (const KeyText& member : members) words.push_back(base::format("{} = {}", member.path, member.value));
  return base::format("{} = {{ {} }}\n", name, base::join(words, ", "));
}

/// A file is told from another by its content, which is compared where it is read. So a path is only given or
/// not, and where a run puts its own files not even that.
bool mean_the_same(const KeyText& here, const KeyText& there) {
  if (here.value == there.value || here.path == "run.output" || here.path == "data.stage") return true;
  const std::string nothing = value_text(std::string());
  return here.names_files && here.value != nothing && there.value != nothing;
}

/// Cuts `path` at its first dot and returns the part before; `path` keeps the part after.
std::string take_step(std::string& path) {
  const std::size_t dot = path.find('.');
  std::string step = path.substr(0, dot);
  path.erase(0, dot == path.npos ? dot : dot + 1);
  return step;
}

/// Throws: ConfigError if the file is absent, empty, larger than any configuration, or no file at all:
/// opening a pipe would wait for a writer, and every rank and every start reads it again.
std::string text_of(const std::filesystem::path& file) {
  const auto refuse = [&file](std::string_view what) {
    throw base::ConfigError(
        base::format("{}: the configuration {}; without it nothing can start; give the name of an existing, "
                     "non-empty TOML file",
                     shown(file.string()), what));
  };
  std::error_code failed;
  const std::filesystem::file_status status = std::filesystem::status(file, failed);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    refuse("cannot be read from a folder, a pipe or a device");
  }
  std::ifstream stream(file, std::ios::binary);
  std::string text(kMostBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.empty() || stream.bad()) refuse("cannot be read");
  if (text.size() > kMostBytes) refuse("has more than 1 MiB, and no set of keys takes as much");
  return text;
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

std::vector<KeyText> key_texts(const Configuration& configuration) {
  std::vector<KeyText> texts;
  visit_keys(configuration, [&]<class Field>(const char* path, const Field& field, Presence) {
    texts.push_back({path, value_text(field), kNamesFiles<Field>});
  });
  return texts;
}

std::string to_toml(const Configuration& configuration) {
  std::string text = base::format("format = {}\n", kFormat);
  std::string open_table;
  std::string open_name;
  std::vector<KeyText> members;
  const auto flush = [&] {
    if (!members.empty()) text += table_line(open_name, members);
    members.clear();
  };
  for (KeyText key : key_texts(configuration)) {
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

bool changes_results(std::string_view key) {
  constexpr std::array<std::string_view, 9> kWithoutEffect{"run.output",
                                                           "data.stage",
                                                           "loader.",
                                                           "checkpoint.",
                                                           "parallel.ranks_per_cell",
                                                           "parallel.share_gpus",
                                                           "parallel.exchange",
                                                           "parallel.cuda_graph",
                                                           "parallel.stall_timeout_s"};
  return std::ranges::none_of(kWithoutEffect, [&](std::string_view start) { return key.starts_with(start); });
}

std::vector<std::string> settings(const Configuration& configuration) {
  const std::string nothing = value_text(std::string());
  std::vector<std::string> lines;
  for (const KeyText& key : key_texts(configuration)) {
    if (!changes_results(key.path)) continue;
    const bool a_file = key.names_files && key.value != nothing;
    lines.push_back(base::format("{} = {}", key.path, a_file ? std::string("a file") : key.value));
  }
  return lines;
}

std::vector<std::string> differing_keys(const Configuration& here, const Configuration& there) {
  const std::vector<KeyText> ours = key_texts(here);
  const std::vector<KeyText> theirs = key_texts(there);
  std::vector<std::string> differing;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (mean_the_same(ours[i], theirs[i])) continue;
    differing.push_back(base::format("{}: {} here, {} there", ours[i].path, ours[i].value, theirs[i].value));
  }
  return differing;
}

}  // namespace ltr::config
