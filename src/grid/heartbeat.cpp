// SPDX-License-Identifier: Apache-2.0
#include "grid/heartbeat.hpp"

#include <chrono>
#include <fstream>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/format.hpp"
#include "base/host.hpp"

namespace ltr::grid {
namespace {
constexpr std::chrono::seconds kRenewEvery{10};
}  // namespace

Heartbeat::Heartbeat(std::filesystem::path file, std::function<bool()> is_ours)
    : file_(std::move(file)), is_ours_(std::move(is_ours)), thread_(&Heartbeat::renew_until_told, this) {}

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
  while (!changed_.wait_for(lock, kRenewEvery, [this] { return ending_; })) {
    if (!is_ours_()) continue;
    // The file system's own clock stamps the time, as it does for the probe that reads it.
    utimensat(AT_FDCWD, file_.c_str(), nullptr, 0);
  }
}

double age_s(const std::filesystem::path& file) {
  struct stat status{};
  if (stat(file.c_str(), &status) != 0) return 0;
  const std::filesystem::path probe =
      base::format("{}.now.{}.{}", file.string(), base::host_name(), static_cast<std::int64_t>(getpid()));
  std::ofstream(probe) << "now";
  struct stat now{};
  const bool known = stat(probe.c_str(), &now) == 0;
  std::error_code ignored;
  std::filesystem::remove(probe, ignored);
  return known ? static_cast<double>(now.st_mtim.tv_sec - status.st_mtim.tv_sec) : 0;
}

}  // namespace ltr::grid
