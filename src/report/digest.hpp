// SPDX-License-Identifier: Apache-2.0
// A run's digests for the screen, each with the environment it is promised for.
#pragma once

#include <string>

#include "record/record.hpp"

namespace ltr::report {

[[nodiscard]] std::string render_digests(const record::RunRecord& run);

}  // namespace ltr::report
