// SPDX-License-Identifier: Apache-2.0
#include "grid/environment.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <set>
#include <thread>

#include <torch/version.h>

#include "base/build_info.hpp"
#include "base/format.hpp"
#include "comm/exchange.hpp"
#include "device/gpus.hpp"
#include "store/file.hpp"
#include "train/compute_device.hpp"

namespace ltr::grid {
namespace {

std::string processor_model() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

/// Each distinct text once, sorted.
std::vector<std::string> distinct_texts(const std::vector<std::string>& texts) {
  const std::set<std::string> once(texts.begin(), texts.end());
  return {once.begin(), once.end()};
}

std::string distinct(const std::vector<std::string>& texts) {
  return base::join(distinct_texts(texts), "; ");
}

/// What this rank computes on, as far as its bits depend on it.
std::string processor_kind() {
  if (!train::compute_device().is_cpu()) {
    const std::vector<device::Gpu> gpus = device::visible_gpus();
    const auto own = static_cast<std::size_t>(std::max<int>(train::compute_device().index(), 0));
    return own < gpus.size() ? gpus[own].description : std::string("a GPU");
  }
  std::string kind = base::format("{} on {}", at::get_cpu_capability(), processor_model());
  // oneDNN's convolutions choose by themselves, and can be told.
  for (const char* name : {"ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"}) {
    if (const std::string limit = variable(name); !limit.empty())
      kind += base::format(" ({}={})", name, limit);
  }
  return kind;
}

}  // namespace

std::vector<std::string> processor_kinds(const comm::Session& session) {
  return distinct_texts(session.world().all_gather(processor_kind()));
}

std::vector<std::pair<std::string, std::string>> library_versions() {
  return {{"torch", TORCH_VERSION},
          {"mpi", comm::Session::library_version()},
          {"hdf5", store::hdf5_version()},
          {"cuda", device::cuda_runtime_version()},
          {"nccl", comm::nccl_version()}};
}

std::map<std::string, std::string> environment(const comm::Session& session,
                                               const config::Configuration& configuration) {
  const comm::Group& world = session.world();
  std::vector<std::string> gpus;
  for (const device::Gpu& gpu : device::visible_gpus()) gpus.push_back(gpu.description);
  const base::BuildInfo& build = base::build_info();
  return {
      {"program", base::format("ltr_grid {}", build.version)},
      {"git", std::string(build.git)},
      {"build", std::string(build.build)},
      {"compiler", std::string(build.compiler)},
      {"torch", TORCH_VERSION},
      {"mpi", comm::Session::library_version()},
      {"hdf5", store::hdf5_version()},
      {"nccl", comm::nccl_version()},
      {"device", train::compute_device().is_cpu() ? "cpu" : "cuda"},
      {"cuda_runtime", device::cuda_runtime_version()},
      {"exchange", train::compute().transport == comm::Transport::nccl ? "nccl" : "mpi"},
      {"started_at", utc_now()},
      {"ranks", std::to_string(world.size())},
      {"threads_per_rank", std::to_string(configuration.parallel.threads_per_rank)},
      {"hosts", distinct(world.all_gather(session.host()))},
      {"processors", distinct(world.all_gather(base::format("{} ({} hardware threads)", processor_model(),
                                                            std::thread::hardware_concurrency())))},
      {"gpus", distinct(world.all_gather(base::join(gpus, "; ")))},
      {"slurm_job", variable("SLURM_JOB_ID")},
  };
}

}  // namespace ltr::grid
