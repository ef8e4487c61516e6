// SPDX-License-Identifier: Apache-2.0
#include "grid/created_folders.hpp"

#include <system_error>

#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::grid {

CreatedFolders::CreatedFolders(const std::filesystem::path& folder) {
  std::error_code error;
  for (auto at = folder; !at.empty() && !std::filesystem::exists(at, error); at = at.parent_path()) {
    absent_.push_back(at);
  }
  std::filesystem::create_directories(folder, error);
  if (!error) return;
  remove();
  throw base::ConfigError(
      base::format("cannot create {}: {}; results and checkpoints go there; choose a writable run.output",
                   folder.string(), error.message()));
}

void CreatedFolders::remove() const {
  std::error_code ignored;
  if (!absent_.empty()) std::filesystem::remove_all(absent_.front(), ignored);
  for (const std::filesystem::path& folder : absent_) std::filesystem::remove(folder, ignored);
}

}  // namespace ltr::grid
