// SPDX-License-Identifier: Apache-2.0
// Where and with what a run was made.
#pragma once

#include <map>
#include <string>

#include "comm/session.hpp"
#include "config/configuration.hpp"

namespace ltr::grid {

/// Versions, build, hosts, processors, GPUs and the shape of the run, by name.
/// Collective: all ranks of the session's world.
/// What ranks compute on, each kind once, sorted: "AVX512 on AMD EPYC 9B14", or the model of a GPU. Bits of a
/// result are promised for one kind. Collective: all ranks.
[[nodiscard]] std::vector<std::string> processor_kinds(const comm::Session& session);

[[nodiscard]] std::map<std::string, std::string> environment(const comm::Session& session,
                                                             const config::Configuration& configuration);

}  // namespace ltr::grid
