// SPDX-License-Identifier: Apache-2.0
// A folder for a run, and a way back if the run does not need it.
#pragma once

#include <filesystem>
#include <vector>

namespace ltr::grid {

/// Creates `folder` and those above it, and remembers which it made itself: of those that others make at the
/// same time none is ours.
class CreatedFolders {
 public:
  /// Throws: ConfigError if it cannot be created.
  explicit CreatedFolders(const std::filesystem::path& folder);

  /// Removes those of ours that are empty.
  void remove() const;

 private:
  void create(const std::filesystem::path& folder);

  std::vector<std::filesystem::path> made_;  ///< outermost first
};

}  // namespace ltr::grid
