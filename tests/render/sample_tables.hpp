// SPDX-License-Identifier: Apache-2.0
// Requests for tables of small records.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "render/report.hpp"
#include "report/sample_runs.hpp"

namespace ltr::render {
using report::Change;
using report::has;
using report::imagenet_run;
using report::imagenet_runs;
using report::set_joint;

inline std::string text_of(std::vector<record::RunRecord> runs, const Request& request) {
  return print(report::Results(std::move(runs)), request);
}

inline Request table_request(std::string name, Format format = Format::text) {
  Request request;
  request.format = format;
  request.tables = {std::move(name)};
  return request;
}

inline std::string table_of(const std::vector<record::RunRecord>& runs, std::string name,
                            Format format = Format::text) {
  return text_of(runs, table_request(std::move(name), format));
}

}  // namespace ltr::render
