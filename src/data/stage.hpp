// SPDX-License-Identifier: Apache-2.0
// Packs copied to a node's own disk before training reads them.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "base/log.hpp"
#include "data/pack.hpp"

namespace ltr::data {

/// Where the copies of a pack's files stand in `folder`, in the pack's order: "train-<content hash>.h5".
[[nodiscard]] std::vector<std::filesystem::path> staged_paths(const Pack& pack,
                                                              const std::filesystem::path& folder);

/// Copies the files of `pack` to `folder`, each beside its place, read back from the disk and compared, and
/// then renamed; copies that are there already are read, left if they are sound, and else warned of and made
/// again. `stop_requested` is asked by several threads. One process a node calls it. Copies stay for
/// the next run. Throws: ConfigError if the folder is none or has too little space; DataError if what was
/// read back is not what was written; SystemError if reading or writing fails; Stopped if `stop_requested`.
void stage(const Pack& pack, const std::filesystem::path& folder, const std::function<bool()>& stop_requested,
           base::Log& log);

}  // namespace ltr::data
