// SPDX-License-Identifier: Apache-2.0
#include "grid/lease.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/host.hpp"

namespace ltr::grid {
namespace {

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A process that is dead but not yet collected by its parent still has its number.
bool is_zombie(pid_t process) {
  const std::string status = content_of("/proc/" + std::to_string(process) + "/stat");
  const std::size_t name_end = status.rfind(')');
  return name_end != std::string::npos && status.substr(name_end).starts_with(") Z");
}

}  // namespace

/// Who holds a claim.
struct Lease::Holder {
  std::string content;
  std::string host;
  pid_t process = 0;
  std::string job;
  double age_s = 0;  ///< since the last heartbeat
};

/// Nothing if it has just been given up.
std::optional<Lease::Holder> Lease::read_holder(const std::filesystem::path& file) {
  struct stat status{};
  if (stat(file.c_str(), &status) != 0) return std::nullopt;
  Holder holder;
  holder.content = content_of(file);
  std::istringstream in(holder.content);
  in >> holder.host >> holder.process >> holder.job;
  holder.age_s = age_s(file);
  return holder;
}

bool Lease::process_gone(const Holder& holder) {
  if (holder.host != base::host_name() || holder.process <= 0) return false;
  return (kill(holder.process, 0) != 0 && errno == ESRCH) || is_zombie(holder.process);
}

Lease::Lease(std::filesystem::path file, base::Log& log) : file_(std::move(file)) {
  const char* job = std::getenv("SLURM_JOB_ID");
  content_ = base::format("{} {} {}\n", base::host_name(), static_cast<std::int64_t>(getpid()),
                          job != nullptr ? job : "-");
  while (!create()) {
    const std::optional<Holder> holder = read_holder(file_);
    if (!holder) continue;
    const bool gone = process_gone(*holder);
    if (!gone && holder->age_s <= kSilentAfterS) {
      throw base::ConfigError(
          base::format("{} is being written by process {} on {} (job {}, heartbeat {:.0f} s ago); two runs "
                       "on one output would "
                       "spoil each other; wait for it, stop it, or choose another run.output",
                       file_.parent_path().string(), static_cast<std::int64_t>(holder->process), holder->host,
                       holder->job, holder->age_s));
    }
    log.warning(base::format("taking over from process {} on {} (job {}), {}",
                             static_cast<std::int64_t>(holder->process), holder->host, holder->job,
                             gone ? std::string("which is gone")
                                  : base::format("which has been silent for {:.0f} s", holder->age_s)));
    move_away(*holder);
  }
  // Taken over after a long silence, it is not ours to renew.
  heartbeat_.emplace(file_, [this] { return is_ours(); });
}

Lease::~Lease() {
  heartbeat_.reset();
  std::error_code ignored;
  if (is_ours()) std::filesystem::remove(file_, ignored);
}

/// Several may take over at once: what turns out to be another's new claim, not the old one, is put back.
void Lease::move_away(const Holder& holder) const {
  const std::filesystem::path old = file_.string() + ".old." + std::to_string(getpid());
  std::error_code error;
  std::filesystem::rename(file_, old, error);
  if (error == std::errc::no_such_file_or_directory) return;
  if (error) {
    throw base::SystemError(
        base::format("cannot take over {}: {}; the run that left it is gone; remove the file or "
                     "choose another run.output",
                     file_.string(), error.message()));
  }
  if (content_of(old) != holder.content) std::filesystem::create_hard_link(old, file_, error);
  std::filesystem::remove(old, error);
}

bool Lease::create() {
  const int descriptor = open(file_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
  if (descriptor < 0 && errno == EEXIST) return false;
  const bool written =
      descriptor >= 0 && write(descriptor, content_.data(), content_.size()) == std::ssize(content_);
  const int reason = errno;
  if (descriptor >= 0) close(descriptor);
  if (written) return true;
  std::error_code ignored;
  if (descriptor >= 0) std::filesystem::remove(file_, ignored);
  throw base::SystemError(
      base::format("cannot write {}: {}; the run must claim its output; check the folder and its "
                   "permissions, or choose another run.output",
                   file_.string(), std::strerror(reason)));
}

bool Lease::is_ours() const { return content_of(file_) == content_; }

}  // namespace ltr::grid
