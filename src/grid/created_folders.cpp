// SPDX-License-Identifier: Apache-2.0
#include "grid/created_folders.hpp"

#include <cerrno>
#include <cstring>
#include <ranges>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::grid {

CreatedFolders::CreatedFolders(const std::filesystem::path& folder) {
  try {
    create(folder);
  } catch (...) {
    remove();
    throw;
  }
}

void CreatedFolders::create(const std::filesystem::path& folder) {
  std::error_code unseen;
  if (folder.empty() || std::filesystem::is_directory(folder, unseen)) return;
  create(folder.parent_path());
  if (::mkdir(folder.c_str(), 0777) == 0) {
    made_.push_back(folder);
    return;
  }
  const int reason = errno;
  if (reason == EEXIST && std::filesystem::is_directory(folder, unseen)) return;
  throw base::ConfigError(
      base::format("cannot create {}: {}; results and checkpoints go there; choose a writable run.output",
                   folder.string(), std::strerror(reason)));
}

void CreatedFolders::remove() const {
  for (const std::filesystem::path& folder : std::views::reverse(made_)) ::rmdir(folder.c_str());
}

}  // namespace ltr::grid
