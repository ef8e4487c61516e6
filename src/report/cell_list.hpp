// SPDX-License-Identifier: Apache-2.0
// Every cell of some records for a program: one line each, below a line of names.
#pragma once

#include <string>
#include <vector>

#include "report/cells.hpp"

namespace ltr::report {

/// RFC 4180 but for line ends, which are "\n".
[[nodiscard]] std::string cell_list(const std::vector<Cell>& cells);

}  // namespace ltr::report
