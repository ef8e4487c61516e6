// SPDX-License-Identifier: Apache-2.0
// Whether the nodes of a plan fit into memory, before the first of them starts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "comm/session.hpp"
#include "config/configuration.hpp"
#include "config/plan.hpp"
#include "grid/placement.hpp"
#include "learning/memory_use.hpp"

namespace ltr::grid {

/// What nodes of training of one kind need of a rank.
struct NodeMemory {
  std::string nodes;  ///< "stage 1", "crt, lws", ...
  learning::MemoryUse use;
};

/// One entry a kind of node that trains, in the plan's order; `ranks` work on the run.
/// Cost: as learning::memory_use, for each.
[[nodiscard]] std::vector<NodeMemory> memory_of(const config::Plan& plan,
                                                const config::Configuration& configuration,
                                                std::int64_t classes, int ranks);

/// For a person, a line an entry.
[[nodiscard]] std::string memory_text(const std::vector<NodeMemory>& memories);

/// A GPU as far as it decides what fits.
struct GpuRoom {
  std::string description;
  std::int64_t bytes = 0;
  int ranks = 1;  ///< that compute on it
};

/// Throws: ConfigError naming the first entry that does not fit, with the number of micro-batches that would,
/// if any.
void require_gpu_memory(const std::vector<NodeMemory>& memories, const config::Configuration& configuration,
                        const GpuRoom& room);
/// Of every rank's own GPU, if they compute on GPUs, with one verdict for all. Throws: as that, on all ranks.
/// Collective: all ranks.
void require_gpu_memory(const comm::Group& world, const config::Configuration& configuration,
                        const Placement& placement, const std::vector<NodeMemory>& memories);

/// For a plan, which may be made where there is no GPU: what its nodes need where they are to compute on
/// GPUs, "" where they are not. Throws: as choose_gpus and require_gpu_memory where GPUs are seen, on all
/// ranks. Collective: all ranks.
[[nodiscard]] std::string gpu_memory_text(const comm::Session& session,
                                          const config::Configuration& configuration,
                                          const config::Plan& plan, std::int64_t classes);

}  // namespace ltr::grid
