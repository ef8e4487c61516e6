// SPDX-License-Identifier: Apache-2.0
// The whole report as one page that needs no other file and no network; for the sources of this room only.
#pragma once

#include <string>
#include <vector>

#include "report/document.hpp"
#include "report/illustrations.hpp"
#include "report/run_view.hpp"

namespace ltr::report {

/// Tables that sort by any column, every measured number linked to the cells it is made of, these to their
/// record's configuration, the pictures inline, the environment at the end. Names may hold any characters.
/// `views` are of the records that the documents are made of, at least one. Throws: ConfigError if a table is
/// larger than a browser opens.
[[nodiscard]] std::string to_html(const std::vector<Document>& documents, const std::vector<RunView>& views,
                                  const Illustrations& illustrations);

}  // namespace ltr::report
