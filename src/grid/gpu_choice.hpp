// SPDX-License-Identifier: Apache-2.0
// Which GPU each rank computes on.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "comm/exchange.hpp"
#include "comm/session.hpp"
#include "config/configuration.hpp"

namespace ltr::grid {

/// The GPUs that one rank sees, by what tells them apart on its host.
struct GpuView {
  std::string host;
  int local_rank = 0;
  std::vector<std::string> bus_ids;
  std::string why_none;  ///< the driver's reason where there are none
};

/// Where ranks compute, and how they talk of it.
struct GpuChoice {
  /// Of each rank's GPU among those that it sees: that of its local rank, counted on from the first again
  /// where there are fewer. Empty: all ranks compute on their hosts.
  std::vector<std::size_t> gpus;
  comm::Transport transport = comm::Transport::mpi;
  int ranks_on_one = 1;  ///< the most that share a GPU
};

/// Throws: ConfigError if `parallel` asks for GPUs that a rank does not see, or for what only GPUs can do
/// where there are none; if some ranks see GPUs and others none; if two ranks would share one unasked.
[[nodiscard]] GpuChoice choose_gpus(const config::Parallel& parallel, const std::vector<GpuView>& views);

/// What choose_gpus says of the ranks of a session. Throws: as that, on all ranks. Collective: all ranks.
[[nodiscard]] GpuChoice gpus_of(const comm::Session& session, const config::Parallel& parallel);

/// Has this process compute as `choice` says, in the precision of `parallel`.
void use_chosen_device(const comm::Session& session, const config::Parallel& parallel,
                       const GpuChoice& choice);

}  // namespace ltr::grid
