// SPDX-License-Identifier: Apache-2.0
#include "grid/heartbeat.hpp"

#include <chrono>
#include <fstream>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_hold.hpp"

namespace ltr::grid {
Heartbeat::Heartbeat(std::filesystem::path file, std::function<bool()> is_ours,
                     std::chrono::milliseconds every)
    : file_(std::move(file)),
      is_ours_(std::move(is_ours)),
      every_(every),
      thread_(&Heartbeat::renew_until_told, this) {}

Heartbeat::~Heartbeat() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Heartbeat::renew_until_told() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, every_, [this] { return ending_; })) {
    if (!is_ours_()) continue;
    // The file system's own clock stamps the time, as it does for the probe that reads it.
    utimensat(AT_FDCWD, file_.c_str(), nullptr, 0);
  }
}

double age_s(const std::filesystem::path& file) {
  struct stat status{};
  if (stat(file.c_str(), &status) != 0) return 0;
  const std::filesystem::path probe = std::filesystem::path(file).concat(".now." + base::random_name());
  std::ofstream(probe) << "now";
  struct stat now{};
  const bool known = stat(probe.c_str(), &now) == 0;
  std::error_code ignored;
  std::filesystem::remove(probe, ignored);
  return known ? static_cast<double>(now.st_mtim.tv_sec - status.st_mtim.tv_sec) : 0;
}

double SilenceWatch::silent_s(const std::filesystem::path& file) {
  struct stat status{};
  if (stat(file.c_str(), &status) != 0) {
    if (const auto gone = seen_.find(file); gone != seen_.end()) gone->second.changed = true;
    return 0;
  }
  const std::int64_t time_ns = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
  const auto [entry, is_new] =
      seen_.try_emplace(file, Seen{.time_ns = time_ns, .changed = false, .since = {}});
  if (entry->second.time_ns != time_ns) entry->second = {.time_ns = time_ns, .changed = true, .since = {}};
  return entry->second.since.seconds();
}

bool SilenceWatch::has_changed(const std::filesystem::path& file) {
  (void)silent_s(file);
  const auto entry = seen_.find(file);
  return entry == seen_.end() || entry->second.changed;
}

}  // namespace ltr::grid
