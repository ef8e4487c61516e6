// SPDX-License-Identifier: Apache-2.0
// Files that say "still here" by their age.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

namespace ltr::grid {

/// A file that was not renewed for this long belongs to nobody. Units: seconds.
inline constexpr double kSilentAfterS = 60;

/// Renews a file's time every 10 s while it lives.
class Heartbeat {
 public:
  /// `is_ours` is asked before each renewal.
  explicit Heartbeat(std::filesystem::path file, std::function<bool()> is_ours = [] { return true; });
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;
  ~Heartbeat();

 private:
  void renew_until_told();

  std::filesystem::path file_;
  std::function<bool()> is_ours_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  std::thread thread_;
};

/// Since a file was last renewed, by the file system's clock, for hosts' clocks may differ; 0 if it is not
/// there. Units: seconds.
[[nodiscard]] double age_s(const std::filesystem::path& file);

}  // namespace ltr::grid
