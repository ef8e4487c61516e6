// SPDX-License-Identifier: Apache-2.0
// Figures as pictures, drawn by the program gnuplot: in a folder, or to stand within a page.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "render/gnuplot.hpp"
#include "report/figures.hpp"

namespace ltr::render {

/// Whether a program called gnuplot can be started.
[[nodiscard]] bool gnuplot_installed();

/// What to tell a user without it.
inline constexpr const char* kGnuplotMissing =
    "no program gnuplot, so no figures are drawn; install it (Debian, Ubuntu: apt-get install gnuplot-nox) "
    "and run this again";

/// The picture's bytes.
/// Throws: SystemError with gnuplot's own message.
[[nodiscard]] std::string draw(const report::Figure& figure, PictureFormat format);

/// A figure with its picture, an SVG document.
struct Picture {
  report::Figure figure;
  std::string svg;
};

struct Illustrations {
  std::vector<Picture> pictures;
  std::vector<std::string> notes;  ///< sentences, such as why a figure is missing
};

/// Throws: SystemError with gnuplot's own message.
[[nodiscard]] std::vector<Picture> pictures_of(const std::vector<report::Figure>& figures);

/// Throws: SystemError if write_figures could not make `folder` or name a file in it, before anything is
/// drawn.
void check_folder(const std::vector<report::Figure>& figures, const std::filesystem::path& folder);

/// Draws each figure as <name>.svg and <name>.png in `folder`, which is made where it is not there.
/// Throws: SystemError if gnuplot fails or a file cannot be written; older files then stand.
void write_figures(const std::vector<report::Figure>& figures, const std::filesystem::path& folder);

}  // namespace ltr::render
