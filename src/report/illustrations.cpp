// SPDX-License-Identifier: Apache-2.0
#include "report/illustrations.hpp"

#include "report/gnuplot.hpp"

namespace ltr::report {

std::vector<Picture> drawn(const std::vector<Figure>& figures) {
  std::vector<Picture> pictures;
  for (const Figure& figure : figures) pictures.push_back({figure, draw(figure, PictureFormat::svg)});
  return pictures;
}

}  // namespace ltr::report
