// SPDX-License-Identifier: Apache-2.0
#include "config/value.hpp"

#include <cmath>
#include <limits>
#include <sstream>

#include "base/path.hpp"
#include "base/printable.hpp"

namespace ltr::config {
namespace {

/// Bytes of a value or a key that a message shows.
constexpr std::size_t kMostShown = 200;

/// What a key of stage 2 is called that follows stage 1's.
constexpr std::string_view kAsStage1 = "stage_1";

std::string toml_text(const toml::node& node) {
  std::ostringstream text;
  node.visit([&](const auto& concrete) { text << toml::toml_formatter(concrete, toml::format_flags::none); });
  return text.str();
}

template <class Integer>
Integer integer_between(const toml::node& node, std::int64_t least, std::int64_t most) {
  const auto* integer = node.as_integer();
  if (integer == nullptr) wrong_type(node, "an integer such as 10");
  if (integer->get() < least || integer->get() > most) {
    wrong_type(node, base::format("an integer from {} to {}", least, most));
  }
  return static_cast<Integer>(integer->get());
}

}  // namespace

std::string shown(std::string_view text) {
  std::size_t end = std::min(text.size(), kMostShown);
  // A character of several bytes is kept whole.
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return base::printable(text.substr(0, end)) + (end < text.size() ? "..." : "");
}

std::string describe(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return base::format("a list of length {}", node.as_array()->size());
    case toml::node_type::string:
      return "the string " + shown(toml_text(node));
    case toml::node_type::integer:
      return "the integer " + toml_text(node);
    case toml::node_type::floating_point:
      return "the number " + value_text(node.as_floating_point()->get());
    case toml::node_type::boolean:
      return toml_text(node);
    default:
      return "the date or time " + toml_text(node);
  }
}

void wrong_type(const toml::node& node, std::string_view expected) {
  throw base::ConfigError(base::format("{} is given; {} is expected", describe(node), expected));
}

void read_value(const toml::node& node, std::string& value) {
  const auto* text = node.as_string();
  if (text == nullptr) wrong_type(node, "a text in quotes such as \"train.h5\"");
  value = text->get();
}

void read_value(const toml::node& node, bool& value) {
  const auto* boolean = node.as_boolean();
  if (boolean == nullptr) wrong_type(node, "true or false");
  value = boolean->get();
}

void read_value(const toml::node& node, int& value) {
  value = integer_between<int>(node, std::numeric_limits<int>::min(), std::numeric_limits<int>::max());
}

void read_value(const toml::node& node, std::int64_t& value) {
  using Limits = std::numeric_limits<std::int64_t>;
  value = integer_between<std::int64_t>(node, Limits::min(), Limits::max());
}

void read_value(const toml::node& node, std::uint64_t& value) {
  value = integer_between<std::uint64_t>(node, 0, std::numeric_limits<std::int64_t>::max());
}

void read_value(const toml::node& node, double& value) {
  if (const auto* integer = node.as_integer()) {
    value = static_cast<double>(integer->get());
  } else if (const auto* number = node.as_floating_point()) {
    value = number->get();
  } else {
    wrong_type(node, "a number such as 0.1");
  }
  if (!std::isfinite(value)) wrong_type(node, "a finite number such as 0.1");
}

void read_value(const toml::node& node, std::optional<double>& value) {
  value.reset();
  if (node.value<std::string_view>() == kAsStage1) return;
  if (!node.is_number()) wrong_type(node, base::format("a number such as 0.1, or \"{}\",", kAsStage1));
  read_value(node, value.emplace());
}

void read_value(const toml::node& node, std::array<double, 3>& value) {
  const toml::array* list = node.as_array();
  if (list == nullptr || list->size() != value.size()) {
    wrong_type(node, "a list of three numbers such as [0.5, 0.5, 0.5]");
  }
  for (std::size_t i = 0; i < value.size(); ++i) read_value((*list)[i], value[i]);
}

std::string value_text(const std::string& value) { return toml_text(toml::value<std::string>(value)); }
std::string value_text(bool value) { return toml_text(toml::value<bool>(value)); }
std::string value_text(int value) { return base::format("{}", value); }
std::string value_text(std::int64_t value) { return base::format("{}", value); }
std::string value_text(std::uint64_t value) { return base::format("{}", value); }
std::string value_text(double value) {
  std::string text = base::format("{}", value);  // the shortest digits that read back equal
  const bool is_float = text.find_first_of(".en") != text.npos;
  return is_float ? text : text + ".0";
}

std::string value_text(const std::optional<double>& value) {
  return value ? value_text(*value) : value_text(std::string(kAsStage1));
}

void read_value(const toml::node& node, PackNames& value) {
  if (const auto* name = node.as_string()) {
    value = PackNames(name->get());
  } else if (node.is_array()) {
    read_value(node, value.names);
  } else {
    wrong_type(node, "a text in quotes such as \"train.h5\", or a list of them,");
  }
}

void read_value(const toml::node& node, PathField<std::string> value) {
  read_value(node, value.names);
  value.names = base::expanded_path(value.names);
}

void read_value(const toml::node& node, PathField<PackNames> value) {
  read_value(node, value.names);
  for (std::string& name : value.names.names) name = base::expanded_path(name);
}

std::string value_text(const PackNames& value) {
  if (value.names.size() > 1) return list_text(value.names);
  return value_text(value.empty() ? std::string() : value.names.front());
}

}  // namespace ltr::config
