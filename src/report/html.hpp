// SPDX-License-Identifier: Apache-2.0
// The whole report as one page that needs no other file and no network.
#pragma once

#include <string>
#include <vector>

#include "record/record.hpp"
#include "report/figure.hpp"

namespace ltr::report {

/// A figure with its picture, an SVG document.
struct Picture {
  Figure figure;
  std::string svg;
};

/// Tables that sort by any column, the pictures inline, every number linked to the cells it is made of, these
/// to their record's configuration, the environment at the end. `notes` are sentences below the title, such
/// as why a figure is missing. Names may hold any characters.
/// Throws: as render.
[[nodiscard]] std::string render_html(const std::vector<record::RunRecord>& runs,
                                      const std::vector<Picture>& pictures,
                                      const std::vector<std::string>& notes);

}  // namespace ltr::report
