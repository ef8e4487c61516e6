// SPDX-License-Identifier: Apache-2.0
// Whether a file system has room for what is going to be written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace ltr::store {

/// Throws: SystemError with both figures and the remedy if the file system of `folder` has less than `bytes`
/// free for this user; `what` is what needs them. Others may still fill it later.
void require_free_space(const std::filesystem::path& folder, std::uint64_t bytes, std::string_view what);

}  // namespace ltr::store
