// SPDX-License-Identifier: Apache-2.0
#include "report/published.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>
#include <span>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"
#include "base/text_file.hpp"
#include "report/published_files.hpp"

namespace ltr::report {
namespace {
constexpr std::array<std::string_view, 10> kColumns{"source",       "table",    "dataset",  "backbone",
                                                    "epochs",       "sampling", "strategy", "split",
                                                    "top1_percent", "status"};
constexpr std::string_view kPretrained = "pretrained_sha256";
constexpr std::array<std::string_view, 4> kSplits{"many", "medium", "few", "all"};
constexpr std::array kStatuses{PublishedStatus::printed, PublishedStatus::digitised, PublishedStatus::quoted};

/// Cuts the first line off `text`, whatever system wrote it.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string words_of(std::span<const std::string_view> words) {
  return base::join(std::vector<std::string>(words.begin(), words.end()), ", ");
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
/// The texts of a line by column.
using Fields = std::map<std::string_view, std::string>;

void check_columns(const std::vector<std::string>& names) {
  std::set<std::string_view> seen;
  for (const std::string& name : names) {
    if (name != kPretrained && std::ranges::find(kColumns, name) == kColumns.end()) {
      throw base::DataError(base::format(
          "column '{}' is not known, so its values would be lost; the columns are {} and, if wanted, {}",
          name, words_of(kColumns), kPretrained));
    }
    if (seen.insert(name).second) continue;
    throw base::DataError(
        base::format("column '{}' is named twice, so it is not known which one holds; leave one out", name));
  }
  for (const std::string_view column : kColumns) {
    if (seen.contains(column)) continue;
    throw base::DataError(base::format(
        "the first line names no column '{}', without which a value cannot be placed; begin with {}", column,
        words_of(kColumns)));
  }
}

Fields fields_of(const std::vector<std::string>& columns, std::string_view line) {
  const std::vector<std::string> texts = csv_fields(line);
  if (texts.size() != columns.size()) {
    throw base::DataError(
        base::format("{} fields where the first line names {}, so values would stand in the wrong columns; "
                     "quote fields that hold a comma",
                     texts.size(), columns.size()));
  }
  Fields fields;
  for (std::size_t i = 0; i < texts.size(); ++i) fields.emplace(columns[i], base::printable(texts[i]));
  return fields;
}

const std::string& text_in(const Fields& fields, std::string_view column) {
  const std::string& text = fields.at(column);
  if (!text.empty()) return text;
  throw base::DataError(base::format("{} is empty, so the value belongs to no cell; fill it in", column));
}

template <class Number>
Number number_in(const Fields& fields, std::string_view column, Number low, Number high,
                 std::string_view meaning) {
  const std::string& digits = text_in(fields, column);
  Number value{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc() && end == digits.data() + digits.size() && value >= low && value <= high) {
    return value;
  }
  throw base::DataError(base::format("{} is '{}', which is no {}; write one from {} to {}", column, digits,
                                     meaning, low, high));
}

config::SamplingKind sampling_of(const std::string& name) {
  try {
    return config::enum_from_name<config::SamplingKind>(name);
  } catch (const base::ConfigError& error) {
    throw base::DataError(base::format("sampling: {}", error.what()));
  }
}

std::string split_of(const std::string& name) {
  if (std::ranges::find(kSplits, name) != kSplits.end()) return name;
  throw base::DataError(base::format("split is '{}', which no column of a table shows; write one of {}", name,
                                     words_of(kSplits)));
}

PublishedStatus status_of(std::string_view text) {
  const std::string_view word = text.substr(0, text.find(' '));
  for (const PublishedStatus status : kStatuses) {
    if (word == name_of(status)) return status;
  }
  throw base::DataError(
      base::format("status is '{}', so a reader could not know how far to trust the value; begin it with "
                   "printed, digitised or quoted",
                   text));
}

PublishedRow row_of(const Fields& fields) {
  constexpr std::int64_t kMostEpochs = 100'000;
  const auto text = [&fields](std::string_view column) { return text_in(fields, column); };
  return {.source = text("source"),
          .table = text("table"),
          .dataset = text("dataset"),
          .backbone = text("backbone"),
          .epochs = number_in<std::int64_t>(fields, "epochs", 1, kMostEpochs, "number of epochs"),
          .sampling = sampling_of(text("sampling")),
          .strategy = text("strategy"),
          .split = split_of(text("split")),
          .top1_percent = number_in<double>(fields, "top1_percent", 0, 100, "accuracy in percent"),
          .status = status_of(text("status")),
          .pretrained_sha256 = fields.contains(kPretrained) ? fields.at(kPretrained) : ""};
}

/// What a value is of. One source has one value of it.
std::vector<std::string> identity_of(const PublishedRow& row) {
  return {row.source,
          row.table,
          row.dataset,
          row.backbone,
          std::to_string(row.epochs),
          std::string(config::name_of(row.sampling)),
          row.strategy,
          row.split};
}

template <class Action>
auto at_line(std::string_view name, std::int64_t line, Action&& action) {
  try {
    return action();
  } catch (const base::DataError& error) {
    throw base::DataError(base::format("{}:{}: {}", name, line, error.what()));
  }
}
}  // namespace

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

std::string_view name_of(PublishedStatus status) {
  constexpr std::array<std::string_view, 3> kNames{"printed", "digitised", "quoted"};
  return kNames.at(static_cast<std::size_t>(status));
}

std::vector<PublishedRow> parse_published(std::string_view text, std::string_view name) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const std::vector<std::string> columns = at_line(name, 1, [&] {
    std::vector<std::string> names = csv_fields(take_line(text));
    check_columns(names);
    return names;
  });
  std::vector<PublishedRow> rows;
  std::map<std::vector<std::string>, std::int64_t> lines;
  for (std::int64_t number = 2; !text.empty(); ++number) {
    const std::string_view line = take_line(text);
    if (line.empty()) continue;
    rows.push_back(at_line(name, number, [&] {
      PublishedRow row = row_of(fields_of(columns, line));
      const auto [first, fresh] = lines.emplace(identity_of(row), number);
      if (fresh) return row;
      throw base::DataError(
          base::format("line {} has a value of the same source, table, cell and split already, so it is not "
                       "known which one holds; leave one out",
                       first->second));
    }));
  }
  return rows;
}

std::vector<PublishedRow> read_published(const std::filesystem::path& path) {
  std::vector<PublishedRow> rows = parse_published(base::read_text_file(path), path.string());
  if (!rows.empty()) return rows;
  throw base::DataError(base::format(
      "{}: has a line of columns but no value, so nothing of it would stand in the table; write a "
      "line a value",
      path.string()));
}

const std::vector<PublishedRow>& published_rows() {
  static const std::vector<PublishedRow> rows = [] {
    std::vector<PublishedRow> all;
    for (const auto& [name, text] : kPublishedFiles) {
      const std::vector<PublishedRow> more = parse_published(text, name);
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  }();
  return rows;
}

}  // namespace ltr::report
