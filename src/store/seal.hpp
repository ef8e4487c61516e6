// SPDX-License-Identifier: Apache-2.0
// A seal behind a file's own bytes, by which damage is known before a library takes the bytes apart: HDF5
// aborts the process on some of it, and believes the rest.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "store/file.hpp"

namespace ltr::store {

/// Bytes of a seal without pieces.
inline constexpr std::size_t kSealBytes = 92;

/// Appends to the file at `path` a table with a CRC-32 of each of `pieces`, and a SHA-256 over the file and
/// that table. Readers of HDF5 pass over what follows their own bytes. Values of the data set `open`, such as
/// images with checksums of their own, are left out. Throws: SystemError if the file cannot be read or
/// written.
void seal(const std::filesystem::path& path, std::span<const Extent> pieces, std::string_view open = {});

/// Writes `bytes` and their seal beside `path`, then renames it into place. Throws: as write_atomically.
void write_sealed(const std::filesystem::path& path, std::span<const std::byte> bytes,
                  std::span<const Extent> pieces = {});

/// What was sealed of a file. Throws: DataError if it has no seal or is damaged, DataError or SystemError if
/// it cannot be read.
[[nodiscard]] std::string read_sealed(const std::filesystem::path& path);

/// Whether the file has a seal; if it has, its bytes are those that were sealed. One that was changed by
/// another program, cut off or written by an older version has none: believe nothing in it.
/// Throws: DataError naming the data set that is damaged; SystemError if the file cannot be read, which says
/// nothing about its bytes. Cost: reads all that is sealed.
[[nodiscard]] bool check_seal(const std::filesystem::path& path);

/// The message for a file without a seal whose contents say that it should have one.
[[noreturn]] void throw_unsealed(const std::filesystem::path& path);

}  // namespace ltr::store
