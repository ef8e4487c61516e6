// SPDX-License-Identifier: Apache-2.0
// The whole report as one page that needs no other file and no network.
#pragma once

#include <string>
#include <vector>

#include "render/pictures.hpp"
#include "report/results.hpp"
#include "report/table.hpp"

namespace ltr::render {

/// Tables that sort by any column, every measured number linked to the cells it is made of, these to their
/// record's configuration, the pictures inline, the environment at the end. Names may hold any characters.
/// The tables are of `results`. Throws: ConfigError if a table is larger than a browser opens.
[[nodiscard]] std::string to_html(const std::vector<report::Table>& tables, const report::Results& results,
                                  const Illustrations& illustrations);

}  // namespace ltr::render
