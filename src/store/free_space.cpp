// SPDX-License-Identifier: Apache-2.0
#include "store/free_space.hpp"

#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::store {

void require_free_space(const std::filesystem::path& folder, std::int64_t bytes) {
  const std::uintmax_t available = std::filesystem::space(folder).available;
  const auto needed = static_cast<std::uintmax_t>(bytes);
  if (available >= needed) return;
  throw base::SystemError(
      base::format("the file system of {} has {} free, and about {} are needed for weights, checkpoints and "
                   "features; a run would stop half-way; free some space, or write elsewhere",
                   folder.string(), base::byte_size(available), base::byte_size(needed)));
}

}  // namespace ltr::store
