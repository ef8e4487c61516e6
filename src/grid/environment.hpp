// SPDX-License-Identifier: Apache-2.0
// Where and with what a run was made.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "comm/session.hpp"
#include "config/configuration.hpp"

namespace ltr::grid {

/// What ranks compute on, each kind once, sorted: "AVX512 on AMD EPYC 9B14", or the model of a GPU. Bits of a
/// result are promised for one kind. Collective: all ranks.
[[nodiscard]] std::vector<std::string> processor_kinds(const comm::Session& session);

/// The libraries that results may depend on, by name, "none" where this build has none of it. MPI need not
/// run.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> library_versions();

/// Versions, build, hosts, processors, GPUs and the shape of the run, by name.
/// Collective: all ranks of the session's world.
[[nodiscard]] std::map<std::string, std::string> environment(const comm::Session& session,
                                                             const config::Configuration& configuration);

}  // namespace ltr::grid
