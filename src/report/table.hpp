// SPDX-License-Identifier: Apache-2.0
// The sampling x learning table of one or more records, for the screen, for a paper, for a program.
#pragma once

#include <string>
#include <vector>

#include "record/record.hpp"

namespace ltr::report {

enum class Format { text, markdown, csv };

/// Top-1 test accuracy of many-, medium- and few-shot classes, of all images, and balanced over classes.
/// text and markdown: one block a sampling, one row a strategy, mean +- sample standard deviation over seeds,
/// and below what failed or is missing. csv: one row a cell. Several records become one table if they differ
/// only in what does not change the method (seeds, the part of the grid, places, threads). Throws:
/// ConfigError if the records cannot be averaged, naming the keys that differ, or hold a cell twice. Paper:
/// tables 2, 3 and 4.
[[nodiscard]] std::string render(const std::vector<record::RunRecord>& runs, Format format);

}  // namespace ltr::report
