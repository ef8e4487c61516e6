// SPDX-License-Identifier: Apache-2.0
#include "grid/environment.hpp"

#include <array>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <set>

#include <torch/version.h>

#include "base/build_info.hpp"
#include "base/format.hpp"
#include "comm/gradient_reducer.hpp"
#include "comm/session.hpp"
#include "device/gpus.hpp"
#include "store/file.hpp"

namespace ltr::grid {
namespace {

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

/// Each distinct text of the ranks once, sorted.
template <class TextOf>
std::string distinct(const std::vector<RankDescription>& ranks, const TextOf& text_of) {
  std::set<std::string> texts;
  for (const RankDescription& rank : ranks) texts.insert(std::invoke(text_of, rank));
  return base::join(std::vector<std::string>(texts.begin(), texts.end()), "; ");
}

std::string gpus_of(const RankDescription& rank) {
  std::vector<std::string> gpus;
  for (const device::Gpu& gpu : rank.gpus) gpus.push_back(gpu.description);
  return base::join(gpus, "; ");
}

}  // namespace

std::vector<std::pair<std::string, std::string>> library_versions() {
  return {{"torch", TORCH_VERSION},
          {"mpi", comm::Session::library_version()},
          {"hdf5", store::hdf5_version()},
          {"cuda", device::cuda_runtime_version()},
          {"nccl", comm::nccl_version()}};
}

std::map<std::string, std::string> environment(const Placement& placement,
                                               const config::Configuration& configuration) {
  const std::vector<RankDescription>& ranks = placement.ranks;
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
      {"device", placement.on_gpus() ? "cuda" : "cpu"},
      {"cuda_runtime", device::cuda_runtime_version()},
      {"exchange", placement.choice.transport == comm::Transport::nccl ? "nccl" : "mpi"},
      {"started_at", utc_now()},
      {"ranks", std::to_string(ranks.size())},
      {"threads_per_rank", std::to_string(configuration.parallel.threads_per_rank)},
      {"hosts", distinct(ranks, &RankDescription::host)},
      {"processors", distinct(ranks, &RankDescription::processor)},
      {"gpus", distinct(ranks, gpus_of)},
      {"slurm_job", variable("SLURM_JOB_ID")},
  };
}

}  // namespace ltr::grid
