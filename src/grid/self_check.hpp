// SPDX-License-Identifier: Apache-2.0
// What a start finds itself on, for a person to compare with what was asked of the cluster.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "comm/session.hpp"
#include "config/configuration.hpp"

namespace ltr::grid {

/// Where one rank is.
struct RankPlace {
  std::string host;
  std::vector<int> processors;  ///< it may run on, rising
  std::vector<std::string> gpus;
};

/// What ranks ask of their processors. Units: threads a rank.
struct ThreadDemand {
  int computing = 1;
  int decoding = 0;
};

/// Ranks, threads, processors and GPUs, a line each.
[[nodiscard]] std::vector<std::string> placement_lines(const std::vector<RankPlace>& places,
                                                       const ThreadDemand& threads);

/// The known traps that these places show: more computing threads than processors, ranks bound to the same
/// ones, one visible GPU a rank.
[[nodiscard]] std::vector<std::string> placement_warnings(const std::vector<RankPlace>& places,
                                                          const ThreadDemand& threads);

/// Tells `log` of ranks, hosts, threads, processors, GPUs, the MPI library and where the record goes, in one
/// block, and warns of traps. `held` is a file of the run in the record's folder, on rank 0.
/// Collective: all ranks.
void self_check(const comm::Session& session, const config::Configuration& configuration,
                const std::filesystem::path& held, base::Log& log);

}  // namespace ltr::grid
