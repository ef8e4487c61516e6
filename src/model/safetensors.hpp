// SPDX-License-Identifier: Apache-2.0
// The safetensors format: float32 and int64 tensors by name, and text beside them.
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

/// Throws: DataError naming the file and what is wrong: absent, truncated, no safetensors, a type other than
/// F32 and I64, a name given twice, offsets that overlap, leave holes, do not fit the shape or reach beyond
/// the file, values that are not those its checksum was made of; SystemError if it cannot be read, which says
/// nothing about what it holds.
[[nodiscard]] Safetensors read_safetensors(const std::filesystem::path& path);

}  // namespace ltr::model
