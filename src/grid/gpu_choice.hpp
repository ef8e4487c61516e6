// SPDX-License-Identifier: Apache-2.0
// Which GPU each rank computes on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "comm/session.hpp"
#include "config/configuration.hpp"

namespace ltr::grid {

/// The GPUs that one rank sees, by what tells them apart on its host.
struct GpuView {
  std::string host;
  int local_rank = 0;
  std::vector<std::string> bus_ids;
};

/// For each rank the position among the GPUs that it sees, nothing for all where the host computes: that of
/// its local rank, counted on from the first again where there are fewer.
/// Throws: ConfigError if parallel.device asks for GPUs that a rank does not see (`why_none` is the driver's
/// reason), if some ranks see GPUs and others none, or if two ranks would share one unasked.
[[nodiscard]] std::vector<std::optional<std::size_t>> choose_gpus(const config::Parallel& parallel,
                                                                  const std::vector<GpuView>& views,
                                                                  const std::string& why_none);

/// Has this process compute where choose_gpus says. Throws: as that, on all ranks. Collective: all ranks.
void use_chosen_device(const comm::Session& session, const config::Parallel& parallel);

}  // namespace ltr::grid
