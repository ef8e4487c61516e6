// SPDX-License-Identifier: Apache-2.0
#include "grid/self_check.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <sched.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "base/format.hpp"
#include "device/gpus.hpp"
#include "train/compute_device.hpp"

namespace ltr::grid {
namespace {

std::vector<int> own_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> processors;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return processors;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &set)) processors.push_back(i);
  }
  return processors;
}

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

std::map<std::string, std::vector<std::size_t>> ranks_of_hosts(const std::vector<RankPlace>& places) {
  std::map<std::string, std::vector<std::size_t>> ranks;
  for (std::size_t r = 0; r < places.size(); ++r) ranks[places[r].host].push_back(r);
  return ranks;
}

std::string joined_ranks(const std::vector<std::size_t>& ranks) {
  return ranges({ranks.begin(), ranks.end()});
}

/// A line a field, so that names may hold anything else.
std::string told(const RankPlace& place) {
  std::vector<std::string> processors;
  for (const int processor : place.processors) processors.push_back(std::to_string(processor));
  return base::format("{}\n{}\n{}", place.host, base::join(processors, " "), base::join(place.gpus, "\n"));
}

RankPlace understood(const std::string& text) {
  RankPlace place;
  std::istringstream lines(text);
  std::getline(lines, place.host);
  std::string line;
  std::getline(lines, line);
  std::istringstream numbers(line);
  for (int processor = 0; numbers >> processor;) place.processors.push_back(processor);
  while (std::getline(lines, line)) place.gpus.push_back(line);
  return place;
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

std::vector<std::string> placement_lines(const std::vector<RankPlace>& places, const ThreadDemand& threads) {
  std::vector<std::string> hosts;
  std::vector<std::string> processors;
  std::vector<std::string> gpus;
  for (const auto& [host, ranks] : ranks_of_hosts(places)) {
    hosts.push_back(base::format("{}: {}", host, joined_ranks(ranks)));
    std::set<std::string> sets;
    for (const std::size_t r : ranks) sets.insert(ranges(places[r].processors));
    processors.push_back(
        base::format("{}: {}", host,
                     sets.size() == 1 && ranks.size() > 1
                         ? base::format("all on {}", *sets.begin())
                         : base::join(std::vector<std::string>(sets.begin(), sets.end()), " | ")));
    const std::vector<std::string>& seen = places[ranks.front()].gpus;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      gpus.push_back(base::format("{} local rank {}: {}", host, i, seen[i]));
    }
  }
  return {
      base::format("ranks       {} ({})", places.size(), base::join(hosts, "; ")),
      base::format("threads     {} computing and {} decoding a rank", threads.computing, threads.decoding),
      base::format("processors  {}", base::join(processors, "; ")),
      base::format("GPUs        {}", gpus.empty() ? "none visible" : base::join(gpus, "; "))};
}

std::vector<std::string> placement_warnings(const std::vector<RankPlace>& places,
                                            const ThreadDemand& threads) {
  std::vector<std::string> warnings;
  for (const auto& [host, ranks] : ranks_of_hosts(places)) {
    std::map<int, std::vector<std::size_t>> users;
    for (const std::size_t r : ranks) {
      for (const int processor : places[r].processors) users[processor].push_back(r);
    }
    const auto shared = std::ranges::find_if(users, [&](const auto& user) {
      return user.second.size() > 1 &&
             places[user.second.front()].processors.size() < static_cast<std::size_t>(2 * threads.computing);
    });
    if (shared != users.end() && users.size() > 1) {
      warnings.push_back(base::format(
          "ranks {} on {} are bound to the same processor {}, while the host has others: they take turns; "
          "ask "
          "for --cpus-per-task={} and --cpu-bind=cores, or mpirun --bind-to none",
          joined_ranks(shared->second), host, shared->first, threads.computing + threads.decoding));
    } else if (const std::size_t wanted = ranks.size() * static_cast<std::size_t>(threads.computing);
               wanted > users.size()) {
      warnings.push_back(base::format(
          "{} computing threads on {} share {} processors: they take turns, and steps take as long as the "
          "slowest; start fewer ranks a host, or lower parallel.threads_per_rank",
          wanted, host, users.size()));
    }
    const bool one_each =
        std::ranges::all_of(ranks, [&](std::size_t r) { return places[r].gpus.size() == 1; });
    if (ranks.size() > 1 && one_each) {
      warnings.push_back(
          base::format("each of the {} ranks on {} sees one GPU: either all share it, or Slurm hides the "
                       "others, which keeps "
                       "GPUs from talking to each other directly; ask for --gpu-bind=none, so that every "
                       "rank sees all and "
                       "takes that of its local rank",
                       ranks.size(), host));
    }
  }
  return warnings;
}

void self_check(const comm::Session& session, const config::Configuration& configuration,
                const std::filesystem::path& held, base::Log& log) {
  RankPlace own{session.host(), own_processors(), {}};
  for (const device::Gpu& gpu : device::visible_gpus()) own.gpus.push_back(gpu.description);
  std::vector<RankPlace> places;
  for (const std::string& text : session.world().all_gather(told(own))) places.push_back(understood(text));
  if (session.world_rank().value() != 0) return;
  const ThreadDemand threads{configuration.parallel.threads_per_rank, configuration.loader.threads};
  std::vector<std::string> lines = placement_lines(places, threads);
  lines.push_back(base::format("computing   on {} in {}, gradients over {}",
                               train::compute_device().is_cpu() ? "processors" : "GPUs",
                               config::name_of(train::compute().precision),
                               train::compute().transport == comm::Transport::nccl ? "NCCL" : "MPI"));
  lines.push_back(base::format("MPI         {}, thread level {}", comm::Session::library_version(),
                               comm::Session::thread_level()));
  lines.push_back(base::format("record      {} ({})",
                               std::filesystem::absolute(configuration.run.output).string(),
                               file_system_of(held)));
  log.info("self-check\n    " + base::join(lines, "\n    "));
  for (const std::string& warning : placement_warnings(places, threads)) log.warning(warning);
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
