// SPDX-License-Identifier: Apache-2.0
#include "grid/placement.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::grid {
namespace {

bool is_blind(const RankDescription& rank) { return rank.gpus.empty(); }

/// The ranks that would compute on each GPU.
using Users = std::map<std::pair<std::string, std::string>, std::vector<std::size_t>>;

Users users_of(const std::vector<RankDescription>& ranks, const std::vector<std::size_t>& gpus) {
  Users users;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    users[{ranks[rank].host, ranks[rank].gpus[gpus[rank]].bus_id}].push_back(rank);
  }
  return users;
}

/// What the configuration asks for and no processor can do; the keys that exclude it are checked before.
void check_for_processors(const config::Parallel& parallel, const std::string& why_none) {
  const auto refuse = [&](const std::string& setting, std::string_view instead) {
    throw base::ConfigError(
        base::format("parallel.{}, which only a GPU can do, but no rank sees one: {}; start where there are "
                     "GPUs, or set it to {}",
                     setting, why_none, instead));
  };
  if (parallel.precision == config::Precision::tf32) refuse("precision = \"tf32\"", "\"float32\"");
  if (parallel.exchange == config::ExchangeKind::nccl) refuse("exchange = \"nccl\"", "\"auto\"");
  if (parallel.autotune) refuse("autotune = true", "false");
  if (parallel.cuda_graph) refuse("cuda_graph = true", "false");
}

comm::Transport transport_of(const config::Parallel& parallel, int ranks_on_one) {
  const bool over_mpi = parallel.exchange == config::ExchangeKind::mpi ||
                        (parallel.exchange == config::ExchangeKind::automatic && ranks_on_one > 1);
  return over_mpi ? comm::Transport::mpi : comm::Transport::nccl;
}

}  // namespace

GpuChoice choose_gpus(const config::Parallel& parallel, const std::vector<RankDescription>& ranks) {
  if (parallel.device == config::DeviceKind::cpu) return {};
  const auto blind = std::ranges::find_if(ranks, is_blind);
  const bool none = std::ranges::all_of(ranks, is_blind);
  if (none && parallel.device == config::DeviceKind::automatic) {
    check_for_processors(parallel, ranks.front().why_no_gpu);
    return {};
  }
  if (blind != ranks.end()) {
    throw base::ConfigError(base::format(
        "parallel.device = \"{}\", but rank {} on {} sees no GPU{}: {}; it could not take part; ask Slurm "
        "for "
        "a GPU a task (--gpus-per-task=1), check nvidia-smi on that host, or set parallel.device = \"cpu\"",
        config::name_of(parallel.device), blind - ranks.begin(), blind->host, none ? "" : ", while others do",
        blind->why_no_gpu));
  }
  GpuChoice choice;
  for (const RankDescription& rank : ranks) {
    choice.gpus.push_back(static_cast<std::size_t>(rank.local_rank) % rank.gpus.size());
  }
  for (const auto& [gpu, users] : users_of(ranks, choice.gpus)) {
    choice.ranks_on_one = std::max(choice.ranks_on_one, static_cast<int>(users.size()));
    if (users.size() == 1 || parallel.share_gpus) continue;
    throw base::ConfigError(base::format(
        "ranks {} and {} on {} would both compute on the GPU at {} ({} visible to each): they would take "
        "turns and share its memory; start as many ranks a host as it has GPUs, let Slurm show every rank "
        "all of them (--gpu-bind=none), or set parallel.share_gpus = true if that is meant",
        users[0], users[1], gpu.first, gpu.second, ranks[users[1]].gpus.size()));
  }
  choice.transport = transport_of(parallel, choice.ranks_on_one);
  if (parallel.cuda_graph && choice.transport == comm::Transport::mpi && ranks.size() > 1) {
    throw base::ConfigError(
        "parallel.cuda_graph = true, but ranks that share a GPU exchange gradients over MPI, which is the "
        "host's work and cannot be recorded; set it to false, or start one rank a GPU");
  }
  return choice;
}

std::vector<std::string> Placement::processor_kinds() const {
  std::set<std::string> kinds;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    kinds.insert(on_gpus() ? gpu(rank).description : ranks[rank].instructions);
  }
  return {kinds.begin(), kinds.end()};
}

train::ComputeDevice chosen_device(base::WorldRank rank, const config::Parallel& parallel,
                                   const GpuChoice& choice) {
  torch::Device device = torch::kCPU;
  if (!choice.gpus.empty()) {
    const std::size_t gpu = choice.gpus[static_cast<std::size_t>(rank.value())];
    device = torch::Device(torch::kCUDA, static_cast<c10::DeviceIndex>(gpu));
  }
  return train::make_compute_device(device, parallel.precision, choice.transport);
}

}  // namespace ltr::grid
