// SPDX-License-Identifier: Apache-2.0
// Files that are there whole or not at all.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "base/text_file.hpp"

namespace ltr::store {

/// Writes beside `path`, syncs, renames, syncs the folder. On failure nothing is left and an older file
/// stands. Throws: SystemError with path, reason (disk full, no permission) and remedy.
void write_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes);

/// For writers that need a real file: hands out a path beside `path`; `commit` syncs and renames it, and
/// without commit the destructor removes it.
class PendingFile {
 public:
  explicit PendingFile(const std::filesystem::path& path);
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile();
  [[nodiscard]] const std::filesystem::path& temporary() const { return temporary_; }
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  bool committed_ = false;
};

using base::read_text_file;

}  // namespace ltr::store
