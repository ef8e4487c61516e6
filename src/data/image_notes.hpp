// SPDX-License-Identifier: Apache-2.0
// Lines about single images of a list, of which there may be millions: all of them in a file, a few at hand.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "store/atomic_file.hpp"

namespace ltr::data {

/// What is known of the lines once all are there.
struct NotedImages {
  static constexpr std::int64_t kShown = 10;

  std::int64_t count = 0;
  std::vector<std::string> first;  ///< kShown at most
  std::filesystem::path file;      ///< with all lines; "" if there are none
};

/// Collects lines beside `file`, which appears with `commit` alone.
class ImageNotes {
 public:
  /// Throws: DataError if something else stands at `file` than lines of an earlier packing.
  explicit ImageNotes(const std::filesystem::path& file);

  void add(const std::string& line);
  [[nodiscard]] const NotedImages& noted() const { return noted_; }
  /// The file of an earlier packing is replaced, or goes where there is nothing to say.
  /// Throws: SystemError if the lines cannot be written.
  void commit();

 private:
  std::filesystem::path file_;
  NotedImages noted_;
  std::optional<store::PendingFile> pending_;
  std::ofstream lines_;
};

}  // namespace ltr::data
