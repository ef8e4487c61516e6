// SPDX-License-Identifier: Apache-2.0
// What this build is. Its source is filled in when configuring.
#pragma once

#include <string_view>

namespace ltr::base {

struct BuildInfo {
  std::string_view version;         ///< "0.1.0"
  std::string_view git;             ///< the commit, with "-dirty" behind it if files differed; or "unknown"
  std::string_view build;           ///< "Release -O3 -DNDEBUG"
  std::string_view compiler;        ///< "GNU 12.2.0"
  std::string_view share_from_bin;  ///< where the installed files are, seen from the programs
};

[[nodiscard]] const BuildInfo& build_info();

}  // namespace ltr::base
