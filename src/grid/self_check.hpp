// SPDX-License-Identifier: Apache-2.0
// What a start finds itself on, for a person to compare with what was asked of the cluster.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "config/configuration.hpp"
#include "grid/placement.hpp"

namespace ltr::grid {

/// What ranks ask of their processors. Units: threads a rank.
struct ThreadDemand {
  int computing = 1;
  int decoding = 0;
};

/// Ranks, threads, processors and GPUs, a line each.
[[nodiscard]] std::vector<std::string> placement_lines(const std::vector<RankDescription>& ranks,
                                                       const ThreadDemand& threads);

/// The known traps that these ranks show: more computing threads than processors, ranks bound to the same
/// ones, one visible GPU a rank.
[[nodiscard]] std::vector<std::string> placement_warnings(const std::vector<RankDescription>& ranks,
                                                          const ThreadDemand& threads);

/// Tells `log` of ranks, hosts, threads, processors, GPUs, the MPI library and where the record goes, in one
/// block, and warns of traps. `held` is a file of the run in the record's folder. For rank 0.
void self_check(const Placement& placement, const config::Configuration& configuration,
                const std::filesystem::path& held, base::Log& log);

}  // namespace ltr::grid
