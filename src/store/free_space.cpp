// SPDX-License-Identifier: Apache-2.0
#include "store/free_space.hpp"

#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::store {

void require_free_space(const std::filesystem::path& folder, std::uint64_t bytes, std::string_view what) {
  std::error_code unknown;
  const std::uint64_t free = std::filesystem::space(folder, unknown).available;
  // Where it cannot be told, writing will show.
  if (unknown || free >= bytes) return;
  throw base::SystemError(
      base::format("{} needs {} and the file system of {} has {} free; nothing was written; free some space, "
                   "or write elsewhere",
                   what, base::byte_size(bytes), folder.string(), base::byte_size(free)));
}

}  // namespace ltr::store
