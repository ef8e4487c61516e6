// SPDX-License-Identifier: Apache-2.0
#include "grid/lease.hpp"

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/host.hpp"
#include "base/printable.hpp"

namespace ltr::grid {
namespace {

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Who holds a claim.
struct Holder {
  std::string content;
  std::string name;  ///< random
  std::string kernel;
  std::string host;
  std::string process;
  std::string job;

  explicit Holder(std::string text) : content(std::move(text)) {
    std::istringstream in(content);
    in >> name >> kernel >> host >> process >> job;
  }
  [[nodiscard]] std::string text() const {
    return base::printable(base::format("process {} on {} (job {})", process, host, job));
  }
};

[[noreturn]] void refuse(const std::filesystem::path& file, const Holder& holder, const std::string& sign) {
  throw base::ConfigError(
      base::format("{} is being written by {}, {}; two runs on one output would spoil each other; wait for "
                   "it, stop it, or "
                   "choose another run.output",
                   file.parent_path().string(), holder.text(), sign));
}

/// Whether the holder has been silent for long enough, by the file's age and by a look at it since then.
bool is_silent(const std::filesystem::path& file, const Holder& holder, const LeaseTimeouts& timeouts,
               const std::function<bool()>& stop_requested, base::Log& log) {
  const double age = age_s(file);
  const bool from_the_future = age < -timeouts.silent_s;
  if (age <= timeouts.silent_s && !from_the_future) return false;
  const double watched_s = from_the_future ? timeouts.silent_s + timeouts.watched_s : timeouts.watched_s;
  log.info(base::format("the claim of {} is {:.0f} s old; watching for {:.0f} s whether it is renewed",
                        holder.text(), age, watched_s));
  SilenceWatch watch;
  for (double silent_s = watch.silent_s(file); silent_s < watched_s; silent_s = watch.silent_s(file)) {
    if (stop_requested && stop_requested()) {
      throw base::Stopped("asked to stop before the run began; nothing was changed");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (watch.has_changed(file) || content_of(file) != holder.content) return false;
  }
  return true;
}

/// Several may take over at once: what turns out to be another's new claim, not the old one, is put back.
void move_away(const std::filesystem::path& file, const Holder& holder) {
  const std::filesystem::path old = std::filesystem::path(file).concat(".old." + base::random_name());
  std::error_code error;
  std::filesystem::rename(file, old, error);
  if (error == std::errc::no_such_file_or_directory) return;
  if (error) {
    throw base::SystemError(
        base::format("cannot take over {}: {}; the run that left it is gone; remove the file or "
                     "choose another run.output",
                     file.string(), error.message()));
  }
  if (content_of(old) != holder.content) std::filesystem::create_hard_link(old, file, error);
  std::filesystem::remove(old, error);
}

/// Takes a claim out of the way if its holder has ended or is silent. Throws: ConfigError if it is alive.
void clear(const std::filesystem::path& file, const LeaseTimeouts& timeouts,
           const std::function<bool()>& stop_requested, base::Log& log) {
  const Holder holder(content_of(file));
  const base::FileHold hold(file);
  const bool gone = hold.found() == base::Holding::free && holder.kernel == base::kernel_name();
  if (!gone && !is_silent(file, holder, timeouts, stop_requested, log)) {
    if (!std::filesystem::exists(file)) return;  // given up meanwhile
    refuse(file, holder, base::format("heartbeat {:.0f} s ago", age_s(file)));
  }
  log.warning(
      base::format("taking over from {}, which {}", holder.text(),
                   gone ? std::string("has ended") : base::format("is silent for {:.0f} s", age_s(file))));
  move_away(file, holder);
}

}  // namespace

bool LeaseMark::ours() const { return content.empty() || content_of(file) == content; }

void LeaseMark::require() const {
  if (ours()) return;
  const Holder now(content_of(file));
  throw base::ConfigError(base::format(
      "{} is no longer this run's: {}; this one was silent for too long, as if suspended, and leaves without "
      "writing anything more",
      file.parent_path().string(),
      now.content.empty() ? std::string("its claim is gone") : now.text() + " has taken it over"));
}

Lease::Lease(std::filesystem::path file, base::Log& log, const std::function<bool()>& stop_requested,
             const LeaseTimeouts& timeouts) {
  mark_.file = std::move(file);
  const char* job = std::getenv("SLURM_JOB_ID");
  mark_.content =
      base::format("{} {} {} {} {}\n", base::random_name(), base::kernel_name(), base::host_name(),
                   static_cast<std::int64_t>(getpid()), job != nullptr ? job : "-");
  while (!create()) clear(mark_.file, timeouts, stop_requested, log);
  heartbeat_.emplace(mark_.file, [this] { return mark_.ours(); });
}

Lease::~Lease() {
  heartbeat_.reset();
  std::error_code ignored;
  if (mark_.ours()) std::filesystem::remove(mark_.file, ignored);
}

/// False: there is another claim.
bool Lease::create() {
  base::Descriptor file(::open(mark_.file.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0644));
  if (!file.valid() && errno == EEXIST) return false;
  const int descriptor = file.value();
  if (descriptor >= 0) {
    // Another start may be looking at this very moment whether it is held.
    for (hold_.emplace(mark_.file, std::move(file)); hold_->found() == base::Holding::held;
         hold_->try_again()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    errno = 0;
    if (write(descriptor, mark_.content.data(), mark_.content.size()) == std::ssize(mark_.content)) {
      // It may also have been taken for the old claim, and moved away.
      return mark_.ours();
    }
  }
  const int reason = errno;
  std::error_code ignored;
  if (descriptor >= 0) std::filesystem::remove(mark_.file, ignored);
  throw base::SystemError(
      base::format("cannot write {}: {}; the run must claim its output; check the folder and its "
                   "permissions, or choose another run.output",
                   mark_.file.string(), std::strerror(reason)));
}

}  // namespace ltr::grid
