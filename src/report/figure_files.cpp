// SPDX-License-Identifier: Apache-2.0
#include "report/figure_files.hpp"

#include <span>
#include <system_error>

#include "base/error.hpp"
#include "base/format.hpp"
#include "report/gnuplot.hpp"
#include "store/atomic_file.hpp"

namespace ltr::report {

void write_figures(const std::vector<Figure>& figures, const std::filesystem::path& folder) {
  if (figures.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw base::SystemError(base::format("{} cannot be made: {}; the figures go there; name another folder",
                                         folder.string(), error.message()));
  }
  for (const Figure& figure : figures) {
    for (const PictureFormat format : {PictureFormat::svg, PictureFormat::png}) {
      const std::string picture = draw(figure, format);
      const char* extension = format == PictureFormat::svg ? ".svg" : ".png";
      store::write_atomically(folder / (figure.name + extension), std::as_bytes(std::span(picture)));
    }
  }
}

}  // namespace ltr::report
