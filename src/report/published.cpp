// SPDX-License-Identifier: Apache-2.0
#include "report/published.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"
#include "base/text_file.hpp"
#include "report/csv_fields.hpp"
#include "report/published_text.hpp"

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

/// Columns of a file by name.
class Header {
 public:
  explicit Header(std::vector<std::string> names) : names_(std::move(names)) {
    for (std::size_t i = 0; i < names_.size(); ++i) check(i);
    for (const std::string_view column : kColumns) {
      if (place(column)) continue;
      throw base::DataError(base::format(
          "the first line names no column '{}', without which a value cannot be placed; begin with {}",
          column, words_of(kColumns)));
    }
  }

  [[nodiscard]] std::size_t size() const { return names_.size(); }
  [[nodiscard]] std::optional<std::size_t> place(std::string_view column) const {
    const auto at = std::ranges::find(names_, column);
    return at == names_.end() ? std::nullopt : std::optional(static_cast<std::size_t>(at - names_.begin()));
  }

 private:
  void check(std::size_t i) const {
    const bool known = names_[i] == kPretrained || std::ranges::find(kColumns, names_[i]) != kColumns.end();
    if (!known) {
      throw base::DataError(
          base::format("column '{}' is not known, so its values would be lost; the columns are {} and, if "
                       "wanted, {}",
                       names_[i], words_of(kColumns), kPretrained));
    }
    if (*place(names_[i]) == i) return;
    throw base::DataError(base::format(
        "column '{}' is named twice, so it is not known which one holds; leave one out", names_[i]));
  }

  std::vector<std::string> names_;
};

/// One line's fields by column.
class Fields {
 public:
  Fields(const Header& header, std::vector<std::string> fields)
      : header_(header), fields_(std::move(fields)) {
    if (fields_.size() == header_.size()) return;
    throw base::DataError(
        base::format("{} fields where the first line names {}, so values would stand in the wrong columns; "
                     "quote fields that hold a comma",
                     fields_.size(), header_.size()));
  }

  [[nodiscard]] std::string text(std::string_view column) const {
    const std::string& text = fields_[*header_.place(column)];
    if (!text.empty()) return base::printable(text);
    throw base::DataError(base::format("{} is empty, so the value belongs to no cell; fill it in", column));
  }

  [[nodiscard]] std::string text_or_none(std::string_view column) const {
    const auto place = header_.place(column);
    return place ? base::printable(fields_[*place]) : "";
  }

  template <class Number>
  [[nodiscard]] Number number(std::string_view column, Number low, Number high,
                              std::string_view meaning) const {
    const std::string digits = text(column);
    Number value{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc() && end == digits.data() + digits.size() && value >= low && value <= high) {
      return value;
    }
    throw base::DataError(base::format("{} is '{}', which is no {}; write one from {} to {}", column, digits,
                                       meaning, low, high));
  }

 private:
  const Header& header_;
  std::vector<std::string> fields_;
};

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
  return {.source = fields.text("source"),
          .table = fields.text("table"),
          .dataset = fields.text("dataset"),
          .backbone = fields.text("backbone"),
          .epochs = fields.number<std::int64_t>("epochs", 1, kMostEpochs, "number of epochs"),
          .sampling = sampling_of(fields.text("sampling")),
          .strategy = fields.text("strategy"),
          .split = split_of(fields.text("split")),
          .top1_percent = fields.number<double>("top1_percent", 0, 100, "accuracy in percent"),
          .status = status_of(fields.text("status")),
          .pretrained_sha256 = fields.text_or_none(kPretrained)};
}

/// Refuses two values for one place of one source, of which only one could stand in a table.
class Places {
 public:
  void add(const PublishedRow& row, std::int64_t line) {
    const auto [first, fresh] = lines_.emplace(
        std::vector<std::string>{row.source, row.table, row.dataset, row.backbone, std::to_string(row.epochs),
                                 std::string(config::name_of(row.sampling)), row.strategy, row.split},
        line);
    if (fresh) return;
    throw base::DataError(
        base::format("line {} has a value of the same source, table, cell and split already, so it is not "
                     "known which one holds; leave one out",
                     first->second));
  }

 private:
  std::map<std::vector<std::string>, std::int64_t> lines_;
};

template <class Action>
auto at_line(std::string_view name, std::int64_t line, Action&& action) {
  try {
    return action();
  } catch (const base::DataError& error) {
    throw base::DataError(base::format("{}:{}: {}", name, line, error.what()));
  }
}
}  // namespace

std::string_view name_of(PublishedStatus status) {
  switch (status) {
    case PublishedStatus::printed:
      return "printed";
    case PublishedStatus::digitised:
      return "digitised";
    case PublishedStatus::quoted:
      return "quoted";
  }
  return "?";
}

std::vector<PublishedRow> parse_published(std::string_view text, std::string_view name) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const Header header = at_line(name, 1, [&] { return Header(csv_fields(take_line(text))); });
  std::vector<PublishedRow> rows;
  Places places;
  for (std::int64_t number = 2; !text.empty(); ++number) {
    const std::string_view line = take_line(text);
    if (line.empty()) continue;
    rows.push_back(at_line(name, number, [&] {
      PublishedRow row = row_of(Fields(header, csv_fields(line)));
      places.add(row, number);
      return row;
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
    for (const PublishedText& file : published_texts()) {
      const std::vector<PublishedRow> more = parse_published(file.text, file.name);
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  }();
  return rows;
}

}  // namespace ltr::report
