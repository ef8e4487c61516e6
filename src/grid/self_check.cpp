// SPDX-License-Identifier: Apache-2.0
#include "grid/self_check.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>
#include <utility>

#include <fcntl.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "base/format.hpp"
#include "comm/session.hpp"

namespace ltr::grid {
namespace {

/// "0-3, 8" of {0, 1, 2, 3, 8}.
std::string ranges(const std::vector<int>& numbers) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t end = i + 1;
    while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1) ++end;
    texts.push_back(end - i == 1 ? std::to_string(numbers[i])
                                 : base::format("{}-{}", numbers[i], numbers[end - 1]));
    i = end;
  }
  return base::join(texts, ", ");
}

std::map<std::string, std::vector<std::size_t>> ranks_of_hosts(const std::vector<RankDescription>& ranks) {
  std::map<std::string, std::vector<std::size_t>> of_hosts;
  for (std::size_t r = 0; r < ranks.size(); ++r) of_hosts[ranks[r].host].push_back(r);
  return of_hosts;
}

std::string joined_ranks(const std::vector<std::size_t>& ranks) {
  return ranges({ranks.begin(), ranks.end()});
}

/// Of file systems that clusters have; others by number.
std::string file_system_of(const std::filesystem::path& path) {
  struct statfs status{};
  if (statfs(path.c_str(), &status) != 0) return "file system unknown";
  static constexpr std::array<std::pair<std::uint32_t, const char*>, 13> kNames{
      {{0x6969, "NFS"},
       {0x0BD00BD3, "Lustre"},
       {0x47504653, "GPFS"},
       {0x19830326, "BeeGFS"},
       {0xFF534D42, "CIFS"},
       {0xFE534D42, "SMB"},
       {0x65735546, "FUSE"},
       {0x01021997, "9p"},
       {0xEF53, "ext"},
       {0x58465342, "XFS"},
       {0x9123683E, "Btrfs"},
       {0x01021994, "tmpfs, in memory"},
       {0x794C7630, "overlay"}}};
  const auto type = static_cast<std::uint32_t>(status.f_type);
  const auto found = std::ranges::find(kNames, type, &std::pair<std::uint32_t, const char*>::first);
  const std::uint64_t free =
      static_cast<std::uint64_t>(status.f_bavail) * static_cast<std::uint64_t>(status.f_bsize);
  return base::format("{}, {} free",
                      found != kNames.end() ? found->second : base::format("file system {:#x}", type),
                      base::byte_size(free));
}

/// Whether files there can be locked, as HDF5's readers do.
bool locks_files(const std::filesystem::path& file) {
  const base::Descriptor opened(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  if (!opened.valid()) return true;
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return fcntl(opened.value(), F_SETLK, &lock) == 0 || errno == EACCES || errno == EAGAIN;
}

}  // namespace

std::vector<std::string> placement_lines(const std::vector<RankDescription>& ranks,
                                         const ThreadDemand& threads) {
  std::vector<std::string> hosts;
  std::vector<std::string> processors;
  std::vector<std::string> gpus;
  for (const auto& [host, here] : ranks_of_hosts(ranks)) {
    hosts.push_back(base::format("{}: {}", host, joined_ranks(here)));
    std::set<std::string> sets;
    for (const std::size_t r : here) sets.insert(ranges(ranks[r].processors));
    processors.push_back(
        base::format("{}: {}", host,
                     sets.size() == 1 && here.size() > 1
                         ? base::format("all on {}", *sets.begin())
                         : base::join(std::vector<std::string>(sets.begin(), sets.end()), " | ")));
    const std::vector<device::Gpu>& seen = ranks[here.front()].gpus;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      gpus.push_back(base::format("{} local rank {}: {}", host, i, seen[i].description));
    }
  }
  return {
      base::format("ranks       {} ({})", ranks.size(), base::join(hosts, "; ")),
      base::format("threads     {} computing and {} decoding a rank", threads.computing, threads.decoding),
      base::format("processors  {}", base::join(processors, "; ")),
      base::format("GPUs        {}", gpus.empty() ? "none visible" : base::join(gpus, "; "))};
}

std::vector<std::string> placement_warnings(const std::vector<RankDescription>& ranks,
                                            const ThreadDemand& threads) {
  std::vector<std::string> warnings;
  for (const auto& [host, here] : ranks_of_hosts(ranks)) {
    std::map<int, std::vector<std::size_t>> users;
    for (const std::size_t r : here) {
      for (const int processor : ranks[r].processors) users[processor].push_back(r);
    }
    const auto shared = std::ranges::find_if(users, [&](const auto& user) {
      return user.second.size() > 1 &&
             ranks[user.second.front()].processors.size() < static_cast<std::size_t>(2 * threads.computing);
    });
    if (shared != users.end() && users.size() > 1) {
      warnings.push_back(base::format(
          "ranks {} on {} are bound to the same processor {}, while the host has others: they take turns; "
          "ask "
          "for --cpus-per-task={} and --cpu-bind=cores, or mpirun --bind-to none",
          joined_ranks(shared->second), host, shared->first, threads.computing + threads.decoding));
    } else if (const std::size_t wanted = here.size() * static_cast<std::size_t>(threads.computing);
               wanted > users.size()) {
      warnings.push_back(base::format(
          "{} computing threads on {} share {} processors: they take turns, and steps take as long as the "
          "slowest; start fewer ranks a host, or lower parallel.threads_per_rank",
          wanted, host, users.size()));
    }
    const bool one_each = std::ranges::all_of(here, [&](std::size_t r) { return ranks[r].gpus.size() == 1; });
    if (here.size() > 1 && one_each) {
      warnings.push_back(
          base::format("each of the {} ranks on {} sees one GPU: either all share it, or Slurm hides the "
                       "others, which keeps "
                       "GPUs from talking to each other directly; ask for --gpu-bind=none, so that every "
                       "rank sees all and "
                       "takes that of its local rank",
                       here.size(), host));
    }
  }
  return warnings;
}

void self_check(const Placement& placement, const config::Configuration& configuration,
                const std::filesystem::path& held, base::Log& log) {
  const ThreadDemand threads{configuration.parallel.threads_per_rank, configuration.loader.threads};
  std::vector<std::string> lines = placement_lines(placement.ranks, threads);
  lines.push_back(base::format("computing   on {} in {}, gradients over {}",
                               placement.on_gpus() ? "GPUs" : "processors",
                               config::name_of(configuration.parallel.precision),
                               placement.choice.transport == comm::Transport::nccl ? "NCCL" : "MPI"));
  lines.push_back(base::format("MPI         {}, thread level {}", comm::Session::library_version(),
                               comm::Session::thread_level()));
  lines.push_back(base::format("record      {} ({})",
                               std::filesystem::absolute(configuration.run.output).string(),
                               file_system_of(held)));
  log.info("self-check\n    " + base::join(lines, "\n    "));
  for (const std::string& warning : placement_warnings(placement.ranks, threads)) log.warning(warning);
  if (!locks_files(held)) {
    log.warning(base::format(
        "files in {} cannot be locked: other programs that open the record need HDF5_USE_FILE_LOCKING=FALSE; "
        "this suite locks none, but two starts on one output from hosts that do not see each other's files "
        "at "
        "once are not kept apart",
        held.parent_path().string()));
  }
}

}  // namespace ltr::grid
