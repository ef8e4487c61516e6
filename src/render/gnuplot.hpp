// SPDX-License-Identifier: Apache-2.0
// Figures as scripts of the program gnuplot.
#pragma once

#include <string>

#include "report/figures.hpp"

namespace ltr::render {

enum class PictureFormat { svg, png };

/// A script that draws `figure` on gnuplot's standard output. Texts of the figure are data there, whatever
/// characters they hold.
[[nodiscard]] std::string gnuplot_script(const report::Figure& figure, PictureFormat format);

}  // namespace ltr::render
