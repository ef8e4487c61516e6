// SPDX-License-Identifier: Apache-2.0
// Figures drawn, to stand within a page.
#pragma once

#include <string>
#include <vector>

#include "report/figure.hpp"

namespace ltr::report {

/// A figure with its picture, an SVG document.
struct Picture {
  Figure figure;
  std::string svg;
};

struct Illustrations {
  std::vector<Picture> pictures;
  std::vector<std::string> notes;  ///< sentences, such as why a figure is missing
};

/// Throws: SystemError with gnuplot's own message.
[[nodiscard]] std::vector<Picture> drawn(const std::vector<Figure>& figures);

}  // namespace ltr::report
