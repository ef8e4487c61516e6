// SPDX-License-Identifier: Apache-2.0
// Text files that users write: lists, configurations, tables of values.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace ltr::base {

/// The largest text that is read: lists of many millions of lines are smaller.
inline constexpr std::uint64_t kLargestTextBytes = 1ULL << 32;

/// The text of a file, without the byte order mark that editors on Windows put before it.
/// Throws: DataError naming the path if it is absent, no regular file (never waited for, as a pipe would
/// have it), larger than `most_bytes`, in UTF-16, or no text at all (it has a zero byte); SystemError if
/// the system fails while it is read.
[[nodiscard]] std::string read_text_file(const std::filesystem::path& path,
                                         std::uint64_t most_bytes = kLargestTextBytes);

}  // namespace ltr::base
