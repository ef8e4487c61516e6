// SPDX-License-Identifier: Apache-2.0
// One value of the configuration from a TOML node, and back to TOML's notation; both directions of a type
// together.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <toml++/toml.h>

#include "base/error.hpp"
#include "base/format.hpp"
#include "config/configuration.hpp"
#include "config/enums.hpp"
#include "config/keys.hpp"

namespace ltr::config {

/// `text` as messages show it: printable, and its beginning alone where it is long.
[[nodiscard]] std::string shown(std::string_view text);

/// "the string "x"", "the integer 5", "a list": what stands in the file.
[[nodiscard]] std::string describe(const toml::node& node);

/// Throws: ConfigError "<what is given>; <expected> is expected".
[[noreturn]] void wrong_type(const toml::node& node, std::string_view expected);

/// Reads `node` into `value`.
/// Throws: ConfigError that says what is given and what is expected; the caller adds key and place.
void read_value(const toml::node& node, std::string& value);
void read_value(const toml::node& node, bool& value);
void read_value(const toml::node& node, int& value);
void read_value(const toml::node& node, std::int64_t& value);
void read_value(const toml::node& node, std::uint64_t& value);
/// An integer is taken too; infinities and nan are not.
void read_value(const toml::node& node, double& value);
/// The text "stage_1" stands for none.
void read_value(const toml::node& node, std::optional<double>& value);
void read_value(const toml::node& node, std::array<double, 3>& value);
/// A name or a list of names.
void read_value(const toml::node& node, PackNames& value);
/// As the type of the names is read; then `~` and variables at the head of each path are expanded.
void read_value(const toml::node& node, PathField<std::string> value);
void read_value(const toml::node& node, PathField<PackNames> value);

/// `value` in TOML's notation; reads back equal.
[[nodiscard]] std::string value_text(const std::string& value);
[[nodiscard]] std::string value_text(bool value);
[[nodiscard]] std::string value_text(int value);
[[nodiscard]] std::string value_text(std::int64_t value);
[[nodiscard]] std::string value_text(std::uint64_t value);
[[nodiscard]] std::string value_text(double value);
[[nodiscard]] std::string value_text(const std::optional<double>& value);
[[nodiscard]] std::string value_text(const PackNames& value);

template <class Enum>
  requires std::is_enum_v<Enum>
void read_value(const toml::node& node, Enum& value) {
  const auto* name = node.as_string();
  if (name == nullptr) {
    wrong_type(node, base::format("a name in quotes such as \"{}\"", enum_entries<Enum>().front().name));
  }
  value = enum_from_name<Enum>(name->get());
}

template <class Enum>
  requires std::is_enum_v<Enum>
[[nodiscard]] std::string value_text(Enum value) {
  return value_text(std::string(name_of(value)));
}

/// [a, b, c] of any list.
template <class List>
[[nodiscard]] std::string list_text(const List& list) {
  std::vector<std::string> words;
  for (const auto& item : list) words.push_back(value_text(item));
  return base::format("[{}]", base::join(words, ", "));
}

/// No list of the configuration has a use for more, and some are checked pair by pair.
inline constexpr std::size_t kMostItems = 1000;

/// Of names one alone will do for a list.
template <class Item>
void read_value(const toml::node& node, std::vector<Item>& value) {
  if constexpr (std::is_enum_v<Item>) {
    if (node.is_string()) {
      value.assign(1, Item{});
      return read_value(node, value.front());
    }
  }
  const toml::array* list = node.as_array();
  if (list == nullptr)
    wrong_type(node, base::format("a list such as {}", list_text(std::vector<Item>{Item{}})));
  if (list->size() > kMostItems) wrong_type(node, base::format("one of {} at most", kMostItems));
  value.clear();
  for (const toml::node& item : *list) {
    read_value(item, value.emplace_back());
  }
}

template <class Item>
[[nodiscard]] std::string value_text(const std::vector<Item>& value) {
  return list_text(value);
}

[[nodiscard]] inline std::string value_text(const std::array<double, 3>& value) { return list_text(value); }

template <class Names>
[[nodiscard]] std::string value_text(PathField<Names> value) {
  return value_text(value.names);
}

}  // namespace ltr::config
