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
  return base::format("{}\n{}\n{}", view.host, view.local_rank, base::join(view.bus_ids, "\n"));
}

GpuView understood(const std::string& text) {
  GpuView view;
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, view.host);
  std::getline(lines, line);
  view.local_rank = std::stoi(line);
  while (std::getline(lines, line)) view.bus_ids.push_back(line);
  return view;
}

/// Two ranks on one GPU take turns, and each has half of its memory.
void check_not_shared(const std::vector<GpuView>& views,
                      const std::vector<std::optional<std::size_t>>& chosen) {
  std::map<std::pair<std::string, std::string>, std::size_t> users;
  for (std::size_t rank = 0; rank < views.size(); ++rank) {
    const std::string& bus_id = views[rank].bus_ids[*chosen[rank]];
    const auto [user, first] = users.try_emplace({views[rank].host, bus_id}, rank);
    if (first) continue;
    throw base::ConfigError(base::format(
        "ranks {} and {} on {} would both compute on the GPU at {} ({} visible to each): they would take "
        "turns and share its memory; start as many ranks a host as it has GPUs, let Slurm show every rank "
        "all "
        "of them (--gpu-bind=none), or set parallel.share_gpus = true if that is meant",
        user->second, rank, views[rank].host, bus_id, views[rank].bus_ids.size()));
  }
}

}  // namespace

std::vector<std::optional<std::size_t>> choose_gpus(const config::Parallel& parallel,
                                                    const std::vector<GpuView>& views,
                                                    const std::string& why_none) {
  std::vector<std::optional<std::size_t>> chosen(views.size());
  if (parallel.device == config::DeviceKind::cpu) return chosen;
  const auto blind = std::ranges::find_if(views, [](const GpuView& view) { return view.bus_ids.empty(); });
  const bool none = std::ranges::all_of(views, [](const GpuView& view) { return view.bus_ids.empty(); });
  if (none && parallel.device == config::DeviceKind::automatic) return chosen;
  if (blind != views.end()) {
    throw base::ConfigError(base::format(
        "parallel.device = \"{}\", but rank {} on {} sees no GPU{}: {}; it could not take part; ask Slurm "
        "for a "
        "GPU a task (--gpus-per-task=1), check nvidia-smi on that host, or set parallel.device = \"cpu\"",
        config::name_of(parallel.device), blind - views.begin(), blind->host, none ? "" : ", while others do",
        why_none));
  }
  for (std::size_t rank = 0; rank < views.size(); ++rank) {
    chosen[rank] = static_cast<std::size_t>(views[rank].local_rank) % views[rank].bus_ids.size();
  }
  if (!parallel.share_gpus) check_not_shared(views, chosen);
  return chosen;
}

void use_chosen_device(const comm::Session& session, const config::Parallel& parallel) {
  GpuView own{session.host(), static_cast<int>(session.local_rank().value()), {}};
  for (const device::Gpu& gpu : device::visible_gpus()) own.bus_ids.push_back(gpu.bus_id);
  std::vector<GpuView> views;
  for (const std::string& text : session.world().all_gather(told(own))) views.push_back(understood(text));
  const auto chosen = choose_gpus(
      parallel, views, device::why_no_gpu())[static_cast<std::size_t>(session.world_rank().value())];
  if (!chosen) return;
  train::set_compute_device(torch::Device(torch::kCUDA, static_cast<c10::DeviceIndex>(*chosen)));
}

}  // namespace ltr::grid
