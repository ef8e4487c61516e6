// SPDX-License-Identifier: Apache-2.0
// Files that say "still here" by their age.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "base/stopwatch.hpp"

namespace ltr::grid {

/// A file that was not renewed for this long belongs to nobody. Units: seconds.
inline constexpr double kSilentAfterS = 60;

/// Renews a file's time again and again while it lives.
class Heartbeat {
 public:
  /// `is_ours` is asked before each renewal.
  explicit Heartbeat(
      std::filesystem::path file, std::function<bool()> is_ours = [] { return true; },
      std::chrono::milliseconds every = std::chrono::seconds(10));
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;
  ~Heartbeat();

 private:
  void renew_until_told();

  std::filesystem::path file_;
  std::function<bool()> is_ours_;
  std::chrono::milliseconds every_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  std::thread thread_;
};

/// Since a file was last renewed, by the file system's clock, for hosts' clocks may differ; 0 if it is not
/// there. Creates a file beside it for a moment. Units: seconds.
[[nodiscard]] double age_s(const std::filesystem::path& file);

/// For how long files are not renewed, by a clock of this process that nobody sets.
class SilenceWatch {
 public:
  /// Since `file` was last seen to change; 0 at the first look, and if it is not there. Units: seconds.
  [[nodiscard]] double silent_s(const std::filesystem::path& file);
  /// Whether it has changed, or gone, since the first look at it.
  [[nodiscard]] bool has_changed(const std::filesystem::path& file);

 private:
  struct Seen {
    std::int64_t time_ns = 0;  ///< of the last change, by the file system's clock
    bool changed = false;
    base::Stopwatch since;
  };
  std::map<std::filesystem::path, Seen> seen_;
};

}  // namespace ltr::grid
