// SPDX-License-Identifier: Apache-2.0
// One run at a time on one output.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/log.hpp"
#include "grid/heartbeat.hpp"

namespace ltr::grid {

/// A claim on an output: a small file with host, process, job and heartbeat, renewed every 10 s and removed
/// at the end. A claim that was not renewed for 60 s, or whose process is gone from this host, is taken over
/// with a message.
class Lease {
 public:
  /// Throws: ConfigError if another run holds the claim; SystemError if the file cannot be written.
  Lease(std::filesystem::path file, base::Log& log);
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease();

 private:
  struct Holder;
  static std::optional<Holder> read_holder(const std::filesystem::path& file);
  static bool process_gone(const Holder& holder);
  bool create();
  void move_away(const Holder& holder) const;
  bool is_ours() const;

  std::filesystem::path file_;
  std::string content_;
  std::optional<Heartbeat> heartbeat_;
};

}  // namespace ltr::grid
