// SPDX-License-Identifier: Apache-2.0
// Figures as files in a folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/figure.hpp"

namespace ltr::report {

/// Throws: SystemError if write_figures could not make `folder` or name a file in it, before anything is
/// drawn.
void check_place(const std::vector<Figure>& figures, const std::filesystem::path& folder);

/// Draws each figure as <name>.svg and <name>.png in `folder`, which is made where it is not there.
/// Throws: SystemError if gnuplot fails or a file cannot be written; older files then stand.
void write_figures(const std::vector<Figure>& figures, const std::filesystem::path& folder);

}  // namespace ltr::report
