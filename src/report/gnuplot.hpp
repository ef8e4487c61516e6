// SPDX-License-Identifier: Apache-2.0
// Figures as pictures, drawn by the program gnuplot.
#pragma once

#include <string>

#include "report/figure.hpp"

namespace ltr::report {

enum class PictureFormat { svg, png };

/// What gnuplot is told to draw `figure` on its standard output. Texts of the figure are data there, whatever
/// characters they hold.
[[nodiscard]] std::string gnuplot_script(const Figure& figure, PictureFormat format);

/// Whether a program called gnuplot can be started.
[[nodiscard]] bool gnuplot_installed();

/// What to tell a user without it.
inline constexpr const char* kGnuplotMissing =
    "no program gnuplot, so no figures are drawn; install it (Debian, Ubuntu: apt-get install gnuplot-nox) "
    "and "
    "run this again";

/// The picture's bytes.
/// Throws: SystemError with gnuplot's own message.
[[nodiscard]] std::string draw(const Figure& figure, PictureFormat format);

}  // namespace ltr::report
