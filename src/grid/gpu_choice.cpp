// SPDX-License-Identifier: Apache-2.0
#include "grid/gpu_choice.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

#include "base/error.hpp"
#include "base/format.hpp"
#include "device/gpus.hpp"
#include "train/compute_device.hpp"

namespace ltr::grid {
namespace {

/// A line a field, so that names may hold anything else.
std::string told(const GpuView& view) {
  return base::format("{}\n{}\n{}\n{}", view.host, view.local_rank, view.why_none,
                      base::join(view.bus_ids, "\n"));
}

GpuView understood(const std::string& text) {
  GpuView view;
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, view.host);
  std::getline(lines, line);
  view.local_rank = std::stoi(line);
  std::getline(lines, view.why_none);
  while (std::getline(lines, line)) view.bus_ids.push_back(line);
  return view;
}

bool is_blind(const GpuView& view) { return view.bus_ids.empty(); }

/// The ranks that would compute on each GPU.
using Users = std::map<std::pair<std::string, std::string>, std::vector<std::size_t>>;

Users users_of(const std::vector<GpuView>& views, const std::vector<std::size_t>& gpus) {
  Users users;
  for (std::size_t rank = 0; rank < views.size(); ++rank) {
    users[{views[rank].host, views[rank].bus_ids[gpus[rank]]}].push_back(rank);
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

GpuChoice choose_gpus(const config::Parallel& parallel, const std::vector<GpuView>& views) {
  if (parallel.device == config::DeviceKind::cpu) return {};
  const auto blind = std::ranges::find_if(views, is_blind);
  const bool none = std::ranges::all_of(views, is_blind);
  if (none && parallel.device == config::DeviceKind::automatic) {
    check_for_processors(parallel, views.front().why_none);
    return {};
  }
  if (blind != views.end()) {
    throw base::ConfigError(base::format(
        "parallel.device = \"{}\", but rank {} on {} sees no GPU{}: {}; it could not take part; ask Slurm "
        "for "
        "a GPU a task (--gpus-per-task=1), check nvidia-smi on that host, or set parallel.device = \"cpu\"",
        config::name_of(parallel.device), blind - views.begin(), blind->host, none ? "" : ", while others do",
        blind->why_none));
  }
  GpuChoice choice;
  for (const GpuView& view : views) {
    choice.gpus.push_back(static_cast<std::size_t>(view.local_rank) % view.bus_ids.size());
  }
  for (const auto& [gpu, ranks] : users_of(views, choice.gpus)) {
    choice.ranks_on_one = std::max(choice.ranks_on_one, static_cast<int>(ranks.size()));
    if (ranks.size() == 1 || parallel.share_gpus) continue;
    throw base::ConfigError(base::format(
        "ranks {} and {} on {} would both compute on the GPU at {} ({} visible to each): they would take "
        "turns and share its memory; start as many ranks a host as it has GPUs, let Slurm show every rank "
        "all of them (--gpu-bind=none), or set parallel.share_gpus = true if that is meant",
        ranks[0], ranks[1], gpu.first, gpu.second, views[ranks[1]].bus_ids.size()));
  }
  choice.transport = transport_of(parallel, choice.ranks_on_one);
  if (parallel.cuda_graph && choice.transport == comm::Transport::mpi && views.size() > 1) {
    throw base::ConfigError(
        "parallel.cuda_graph = true, but ranks that share a GPU exchange gradients over MPI, which is the "
        "host's work and cannot be recorded; set it to false, or start one rank a GPU");
  }
  return choice;
}

GpuChoice gpus_of(const comm::Session& session, const config::Parallel& parallel) {
  GpuView own{session.host(), static_cast<int>(session.local_rank().value()), {}, {}};
  for (const device::Gpu& gpu : device::visible_gpus()) own.bus_ids.push_back(gpu.bus_id);
  if (is_blind(own)) own.why_none = device::why_no_gpu();
  std::vector<GpuView> views;
  for (const std::string& text : session.world().all_gather(told(own))) views.push_back(understood(text));
  return choose_gpus(parallel, views);
}

void use_chosen_device(const comm::Session& session, const config::Parallel& parallel,
                       const GpuChoice& choice) {
  train::Compute compute;
  compute.precision = parallel.precision;
  compute.transport = choice.transport;
  if (!choice.gpus.empty()) {
    const std::size_t gpu = choice.gpus[static_cast<std::size_t>(session.world_rank().value())];
    compute.device = torch::Device(torch::kCUDA, static_cast<c10::DeviceIndex>(gpu));
  }
  train::set_compute(compute);
}

}  // namespace ltr::grid
