// SPDX-License-Identifier: Apache-2.0
// Where and with what a run was made.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "config/configuration.hpp"
#include "grid/placement.hpp"

namespace ltr::grid {

/// The libraries that results may depend on, by name, "none" where this build has none of it. MPI need not
/// run.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> library_versions();

/// Versions, build, hosts, processors, GPUs and the shape of the run, by name.
[[nodiscard]] std::map<std::string, std::string> environment(const Placement& placement,
                                                             const config::Configuration& configuration);

}  // namespace ltr::grid
