// SPDX-License-Identifier: Apache-2.0
#include "report/csv_fields.hpp"

#include <charconv>
#include <system_error>

#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::report {
namespace {
std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + "\"";
}

/// Whether a spreadsheet would compute the text: a sign is one of a number or begins a formula.
bool is_formula(std::string_view text) {
  if (text.empty() || std::string_view("=+@-\t\r").find(text.front()) == std::string_view::npos) return false;
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, number);
  return error != std::errc() || read != end;
}

/// Takes a quoted field, whose opening quote is gone, from the front of `line`.
std::string take_quoted(std::string_view& line) {
  std::string field;
  while (true) {
    const std::size_t quote = line.find('"');
    if (quote == std::string_view::npos) {
      throw base::DataError(
          base::format("the quoted field '{}' has no closing quote, so it is not known where it ends; close "
                       "it on its line",
                       line));
    }
    field += line.substr(0, quote);
    line.remove_prefix(quote + 1);
    if (!line.starts_with('"')) break;
    field += '"';
    line.remove_prefix(1);
  }
  if (!line.empty() && line.front() != ',') {
    throw base::DataError(
        base::format("'{}' follows the closing quote of '{}', so it is not known which field it belongs to; "
                     "write two quotes for one within a field",
                     line, field));
  }
  return field;
}
}  // namespace

std::string csv_line(std::span<const std::string> fields) {
  std::vector<std::string> texts;
  for (const std::string& field : fields) {
    texts.push_back(quoted(is_formula(field) ? "'" + field : field));
  }
  return base::join(texts, ",") + "\n";
}

std::string csv_number(const std::optional<double>& value) { return value ? base::format("{}", *value) : ""; }

std::vector<std::string> csv_fields(std::string_view line) {
  std::vector<std::string> fields;
  while (true) {
    if (line.starts_with('"')) {
      line.remove_prefix(1);
      fields.push_back(take_quoted(line));
    } else {
      const std::string_view plain = line.substr(0, line.find(','));
      fields.emplace_back(plain);
      line.remove_prefix(plain.size());
    }
    if (line.empty()) return fields;
    line.remove_prefix(1);
  }
}

}  // namespace ltr::report
