// SPDX-License-Identifier: Apache-2.0
// A folder for a run, and a way back if the run does not need it.
#pragma once

#include <filesystem>
#include <vector>

namespace ltr::grid {

/// Creates `folder` and those above it, and remembers which, so that they can go again.
class CreatedFolders {
 public:
  /// Throws: ConfigError if it cannot be created.
  explicit CreatedFolders(const std::filesystem::path& folder);

  /// Removes what was created, with its contents. Folders above the new one stay where somebody else has used
  /// them meanwhile.
  void remove() const;

 private:
  std::vector<std::filesystem::path> absent_;  ///< innermost first
};

}  // namespace ltr::grid
