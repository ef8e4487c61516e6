// SPDX-License-Identifier: Apache-2.0
// Published accuracies: rows of comma-separated files (configs/published/), with source and status.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/enums.hpp"

namespace ltr::report {

/// How a value became known: printed in a paper, read off its figure, or quoted by a later paper.
enum class PublishedStatus { printed, digitised, quoted };

[[nodiscard]] std::string_view name_of(PublishedStatus status);

/// One published accuracy.
struct PublishedRow {
  std::string source;
  std::string table;  ///< where it stands: "figure_1", "table_2", ...
  std::string dataset;
  std::string backbone;
  std::int64_t epochs = 0;  ///< of stage 1
  config::SamplingKind sampling{};
  std::string strategy;  ///< as config::LearningKind's names, or a method that the suite does not have
  std::string split;     ///< "many", "medium", "few" or "all"
  double top1_percent = 0;
  PublishedStatus status = PublishedStatus::printed;
  std::string pretrained_sha256;  ///< of the weights that stage 1 starts from; "": none, or unknown
};

/// The comma-separated fields of one line, without its end, as RFC 4180 has them. A quoted field must end on
/// its line. Throws: DataError that begins with what is wrong, without the line's number.
[[nodiscard]] std::vector<std::string> csv_fields(std::string_view line);

/// Rows of `text`, whose first line names the columns in any order; `name` stands for the file in messages.
/// Throws: DataError with file:line, the value, why it is wrong and what to write.
[[nodiscard]] std::vector<PublishedRow> parse_published(std::string_view text, std::string_view name);

/// Throws: DataError as parse_published, and if the file cannot be read.
[[nodiscard]] std::vector<PublishedRow> read_published(const std::filesystem::path& path);

/// The rows that the program brings along: configs/published/kang_2020.csv and cifar_lt.csv.
[[nodiscard]] const std::vector<PublishedRow>& published_rows();

}  // namespace ltr::report
