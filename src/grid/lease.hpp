// SPDX-License-Identifier: Apache-2.0
// One run at a time on one output.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/file_hold.hpp"
#include "base/log.hpp"
#include "grid/heartbeat.hpp"

namespace ltr::grid {

/// By what ranks know that the output is still their run's.
struct LeaseMark {
  std::filesystem::path file;
  std::string content;  ///< what the file holds as long as the lease is ours

  /// Nothing is claimed by an empty mark, which is always ours.
  [[nodiscard]] bool ours() const;
  /// Before every write that counts: a run that was suspended may have been taken over meanwhile.
  /// Throws: ConfigError naming the new holder if the lease is no longer ours.
  void require() const;
};

/// How long others may be silent. Units: seconds.
struct LeaseTimeouts {
  double silent_s = kSilentAfterS;  ///< an older claim may be taken over
  double watched_s = 25;            ///< if it is not renewed either while it is watched, for clocks are set
};

/// A claim on an output: a small file with a random name, renewed every 10 s and removed at the end. Host and
/// process number stand there for people: in containers they prove nothing. What proves that a holder has
/// ended is the kernel, which takes back its hold on the file; where holder and start do not share a kernel,
/// or the file system knows no locks, silence does.
class Lease {
 public:
  /// Throws: ConfigError if another run holds the claim; SystemError if the file cannot be written; Stopped
  /// if `stop_requested` while another's claim is watched.
  Lease(std::filesystem::path file, base::Log& log, const std::function<bool()>& stop_requested = {},
        const LeaseTimeouts& timeouts = {});
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease();

  [[nodiscard]] const LeaseMark& mark() const { return mark_; }

 private:
  [[nodiscard]] bool create();

  LeaseMark mark_;
  std::optional<base::FileHold> hold_;
  std::optional<Heartbeat> heartbeat_;
};

}  // namespace ltr::grid
