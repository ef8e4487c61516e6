// SPDX-License-Identifier: Apache-2.0
// Records as reports take them from their files.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "record/record.hpp"

namespace ltr::report {

/// Makes every name, id and message of the record printable, so that no format shows one raw; its
/// configuration keeps its lines.
void make_printable(record::RunRecord& run);

/// The record as it was written. Throws: as record::read_run; DataError if the path is no regular file.
[[nodiscard]] record::RunRecord read_record(const std::string& path);

struct Records {
  std::vector<std::string> files;  ///< printable, one for each of `runs`
  std::vector<record::RunRecord> runs;
  std::vector<std::string> notes;  ///< sentences: which paths lead to a file that is there already
};

/// Reads each file once, whatever paths lead to it, made printable and without what no table or figure shows
/// (confusion, validation counts). Throws: as read_record.
[[nodiscard]] Records read_records(std::span<const std::string> paths);

}  // namespace ltr::report
