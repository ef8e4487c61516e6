// SPDX-License-Identifier: Apache-2.0
// Whether the process that made a file still lives: a lock that the kernel takes back when the process ends.
#pragma once

#include <filesystem>
#include <string>

#include "base/descriptor.hpp"

namespace ltr::base {

/// What is known of whoever made a file or folder.
enum class Holding {
  held,     ///< a process holds it
  free,     ///< no process of this kernel does
  unknown,  ///< it cannot be opened, or its file system knows no locks
};

/// Holds a file or folder while it lives, at most until its process ends, however that ends. Process numbers
/// prove nothing in containers; a lock does, in all that share a kernel.
class FileHold {
 public:
  /// Tries to hold what stands at `path`.
  explicit FileHold(const std::filesystem::path& path);
  /// Of the file at `path`, which `file` has open.
  FileHold(const std::filesystem::path& path, Descriptor file);
  /// Once more, where it was held by another.
  void try_again();
  /// What was found: free, and then it is held by this from now on; else this holds nothing.
  [[nodiscard]] Holding found() const { return found_; }
  /// Whether it is held by this, and still stands where it stood.
  [[nodiscard]] bool holds() const;

 private:
  std::filesystem::path path_;
  Descriptor file_;
  Holding found_ = Holding::unknown;
};

/// Eight characters that all processes of one running kernel share and others do not; where the system does
/// not tell, this process's alone.
[[nodiscard]] const std::string& kernel_name();

/// 16 hexadecimal digits that no other call gives, in this process or another.
[[nodiscard]] std::string random_name();

}  // namespace ltr::base
