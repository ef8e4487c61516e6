// SPDX-License-Identifier: Apache-2.0
// The safetensors format: tensors by name, and text beside them.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "model/state.hpp"

namespace ltr::model {

/// What a safetensors file holds.
struct Safetensors {
  NamedTensors tensors;                         ///< in the file's order
  std::map<std::string, std::string> metadata;  ///< but the checksum
  bool checked = false;                         ///< it carries a checksum, as all files of this suite do
};

/// Writes the whole file beside `path`, then renames it into place. int64 tensors come first, so that
/// everything is aligned; otherwise the order is kept. A SHA-256 over all of it stands in the metadata.
/// Throws: SystemError as store::write_atomically.
void write_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                       const std::map<std::string, std::string>& metadata = {});

/// Tensors come in the types they are stored in: any but float8 and complex ones.
/// Throws: DataError naming the file and what is wrong: absent, truncated, no safetensors but another format
/// that is known by its first bytes, another type, a name given twice, offsets that overlap, leave holes, do
/// not fit the shape or reach beyond the file, values that are not those its checksum was made of;
/// SystemError if reading fails, which says nothing about what the file holds.
[[nodiscard]] Safetensors read_safetensors(const std::filesystem::path& path);

/// The text alone, without reading the tensors or comparing the checksum. Throws: as read_safetensors.
[[nodiscard]] std::map<std::string, std::string> read_safetensors_metadata(const std::filesystem::path& path);

}  // namespace ltr::model
