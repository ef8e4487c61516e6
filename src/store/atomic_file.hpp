// SPDX-License-Identifier: Apache-2.0
// Files that are there whole or not at all.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "base/file_hold.hpp"

namespace ltr::store {

/// Writes beside `path`, syncs, renames, syncs the folder. On failure nothing is left and an older file
/// stands. Throws: SystemError with path, reason (disk full, no permission) and remedy.
void write_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes);

/// By how many characters the name of a pending file is longer than that of its path.
inline constexpr std::size_t kPendingSuffix = 34;

/// For writers that need a real file: hands out a path beside `path`; `commit` syncs and renames it, and
/// without commit the destructor removes it. Of a link the target is replaced, and the link stays. What a
/// killed process has left behind of the same path is removed.
class PendingFile {
 public:
  explicit PendingFile(const std::filesystem::path& path);
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile();
  [[nodiscard]] const std::filesystem::path& temporary() const { return temporary_; }
  /// Fills the file with `bytes`. Throws: SystemError as write_atomically.
  void write(std::span<const std::byte> bytes) const;
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::optional<base::FileHold> hold_;  ///< says to others that this process lives
  bool committed_ = false;
};

/// A folder beside `path` that goes away with this, with all that is in it. What a killed process has left
/// behind of the same path is removed. Throws: SystemError if it cannot be created.
class PendingFolder {
 public:
  explicit PendingFolder(const std::filesystem::path& path);
  PendingFolder(const PendingFolder&) = delete;
  PendingFolder& operator=(const PendingFolder&) = delete;
  ~PendingFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  base::FileHold hold_;
};

/// Removes pending files and folders of `path` whose process has ended: those that nobody of this kernel
/// holds, and of another host, or from before a restart, those untouched for a day.
void remove_leftovers(const std::filesystem::path& path);

/// Throws: DataError naming the path if it cannot be read.
[[nodiscard]] std::string read_text_file(const std::filesystem::path& path);

}  // namespace ltr::store
