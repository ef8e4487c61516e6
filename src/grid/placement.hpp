// SPDX-License-Identifier: Apache-2.0
// Where ranks compute: on which GPU each, or on their hosts.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "comm/gradient_reducer.hpp"
#include "config/configuration.hpp"
#include "grid/rank_description.hpp"
#include "train/compute_device.hpp"

namespace ltr::grid {

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
[[nodiscard]] GpuChoice choose_gpus(const config::Parallel& parallel,
                                    const std::vector<RankDescription>& ranks);

/// The ranks of a run, and where they compute.
struct Placement {
  std::vector<RankDescription> ranks;
  GpuChoice choice;
  train::ComputeDevice device = {};  ///< of this rank

  [[nodiscard]] bool on_gpus() const { return !choice.gpus.empty(); }
  /// That of a rank. on_gpus() holds.
  [[nodiscard]] const device::Gpu& gpu(std::size_t rank) const { return ranks[rank].gpus[choice.gpus[rank]]; }
  /// What ranks compute on, each kind once, sorted: "AVX512 on AMD EPYC 9B14", or the model of a GPU. Bits of
  /// a result are promised for one kind.
  [[nodiscard]] std::vector<std::string> processor_kinds() const;
};

/// Where `choice` says that this process, a rank of the world, computes, in the precision of `parallel`.
/// Called once in a process.
[[nodiscard]] train::ComputeDevice chosen_device(base::WorldRank rank, const config::Parallel& parallel,
                                                 const GpuChoice& choice);

}  // namespace ltr::grid
