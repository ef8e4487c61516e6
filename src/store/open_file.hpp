// SPDX-License-Identifier: Apache-2.0
// What stands behind a Group and a File; for the sources of this room only.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "store/file.hpp"
#include "store/hdf5_call.hpp"

namespace ltr::store {

/// A file of the library, shared by all its groups.
struct OpenFile {
  std::filesystem::path path;
  Handle file;
};

struct Group::State {
  std::shared_ptr<OpenFile> file;
  Handle group;
  std::string path;  ///< within the file, "/" for the root

  /// "run.h5:/cells/x", as messages name a member.
  [[nodiscard]] std::string place(std::string_view name = {}) const;
  /// The path of a member, within the file.
  [[nodiscard]] std::string path_of(std::string_view name) const;
  /// The group at `path` of `file`.
  [[nodiscard]] static std::shared_ptr<const State> open(std::shared_ptr<OpenFile> file, std::string path);
};

}  // namespace ltr::store
