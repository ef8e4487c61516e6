// SPDX-License-Identifier: Apache-2.0
// An image file's bytes.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace ltr::data {

/// Reads a whole file. A FIFO, socket, device or folder is refused without waiting for it, and a file that is
/// too large or begins like no image without reading it. Throws: DataError with path or reason.
void read_image_file(const std::filesystem::path& path, std::vector<std::byte>& bytes);

}  // namespace ltr::data
