// SPDX-License-Identifier: Apache-2.0
// Real images, lists and class counts that do not belong to the project; tests that need them skip without.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace ltr {

inline std::filesystem::path test_data() {
  const char* given = std::getenv("LTR_TEST_DATA");
  return given != nullptr ? given : LTR_SOURCE_DIR "/../shared/data";
}

}  // namespace ltr
